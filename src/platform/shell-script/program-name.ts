/** What a program is called, however it is spelled. */

/**
 * The name by which programs are compared: without folder and Windows ending, in lower case.
 *
 * Lower case also on Linux, since some disks there, and most elsewhere, take `RM` for `rm`.
 */
export function programName(word: string): string {
  const name = word.slice(Math.max(word.lastIndexOf('/'), word.lastIndexOf('\\')) + 1).toLowerCase()
  return name.replace(/\.(?:exe|com|cmd|bat)$/, '')
}
