/** Finds what a user and a project want an agent to know: their AGENTS.md files. */

import path from 'node:path'
import { StringDecoder } from 'node:string_decoder'

/** The few looks at files that the search takes. */
export interface InstructionFiles {
  /** Null where no file can be read. */
  readText(path: string): Promise<string | null>
  /** Whether anything, file or folder, is there. */
  exists(path: string): Promise<boolean>
}

export interface AgentsMdOptions {
  readonly files: InstructionFiles
  /** Absolute. */
  readonly cwd: string
  /** The folder of the user's own instructions, which come first; none when absent. */
  readonly home?: string
  /** Bytes that the project's files may take together; 32 KiB unless given, 0 for none. */
  readonly projectBytesMax?: number
  /** Looked for where a folder has neither AGENTS.override.md nor AGENTS.md. */
  readonly fallbackNames?: readonly string[]
  /** What the project's root holds; `.git` unless given. */
  readonly rootMarkers?: readonly string[]
}

export interface AgentsMd {
  readonly text: string
  /** The files that are in it, the farthest first. */
  readonly files: readonly string[]
}

const NAMES = ['AGENTS.override.md', 'AGENTS.md']
const PROJECT_BYTES_MAX = 32 * 1024
const SEPARATOR = '\n\n--- project-doc ---\n\n'

/**
 * The user's instructions, then those of each folder from the project's root down to `cwd`, one file a folder.
 *
 * Past the byte limit a file is cut at the end of a line, those after it are left out, and a note says both.
 *
 * @returns Null where there are none.
 */
export async function findAgentsMd(options: AgentsMdOptions): Promise<AgentsMd | null> {
  const { files, cwd, home } = options
  const own = home === undefined ? null : await firstFile(files, home, NAMES)
  const names = [...NAMES, ...(options.fallbackNames ?? [])]
  const project: FoundFile[] = []
  for (const folder of await foldersDownTo(cwd, files, options.rootMarkers ?? ['.git'])) {
    const found = await firstFile(files, folder, names)
    if (found !== null) project.push(found)
  }

  const limited = withinLimit(project, options.projectBytesMax ?? PROJECT_BYTES_MAX)
  const parts = [own?.text, limited.text].filter((part) => part !== undefined && part !== '')
  if (parts.length === 0) return null
  return { text: parts.join(SEPARATOR), files: [...(own === null ? [] : [own.path]), ...limited.files] }
}

interface FoundFile {
  readonly path: string
  readonly text: string
}

/** From the project's root to `cwd`; `cwd` alone where no root is marked above it. */
async function foldersDownTo(
  cwd: string,
  files: InstructionFiles,
  markers: readonly string[],
): Promise<readonly string[]> {
  const folders: string[] = []
  for (let folder = cwd; ; folder = path.dirname(folder)) {
    folders.unshift(folder)
    for (const marker of markers) if (await files.exists(path.join(folder, marker))) return folders
    if (path.dirname(folder) === folder) return [cwd]
  }
}

/** The first of `names` that is there counts, though it may say nothing. */
async function firstFile(
  files: InstructionFiles,
  folder: string,
  names: readonly string[],
): Promise<FoundFile | null> {
  for (const name of names) {
    const file = path.join(folder, name)
    const text = await files.readText(file)
    if (text !== null) return text.trim() === '' ? null : { path: file, text }
  }
  return null
}

function withinLimit(
  found: readonly FoundFile[],
  bytesMax: number,
): { readonly text: string; readonly files: readonly string[] } {
  if (bytesMax === 0) return { text: '', files: [] }
  const texts: string[] = []
  let remaining = bytesMax

  for (const [index, { path: file, text }] of found.entries()) {
    const bytes = Buffer.from(text)
    if (bytes.length <= remaining) {
      texts.push(text)
      remaining -= bytes.length
      continue
    }
    const head = cutAtLine(bytes, remaining)
    const note = cutNote({
      bytesMax,
      file,
      bytesLeft: bytes.length - head.bytes,
      after: found.slice(index + 1),
    })
    const shown = head.bytes === 0 ? index : index + 1
    return {
      text: [...texts, head.text + note].join('\n\n'),
      files: found.slice(0, shown).map((each) => each.path),
    }
  }
  return { text: texts.join('\n\n'), files: found.map((each) => each.path) }
}

/** At most `bytesMax` bytes, up to the end of a line; where not one line fits, up to the end of a character. */
function cutAtLine(bytes: Buffer, bytesMax: number): { readonly text: string; readonly bytes: number } {
  const lineEnd = bytesMax === 0 ? 0 : bytes.lastIndexOf('\n', bytesMax - 1) + 1
  if (lineEnd > 0) return { text: bytes.toString('utf8', 0, lineEnd), bytes: lineEnd }
  // The decoder keeps back a character of which the end is missing.
  const text = new StringDecoder('utf8').write(bytes.subarray(0, bytesMax))
  return { text: text === '' ? '' : `${text}\n`, bytes: Buffer.byteLength(text) }
}

function cutNote(cut: {
  readonly bytesMax: number
  readonly file: string
  readonly bytesLeft: number
  readonly after: readonly FoundFile[]
}): string {
  const others =
    cut.after.length === 0 ? '' : ` Left out whole: ${cut.after.map(({ path: file }) => file).join(', ')}.`
  return (
    `[Cut here, because a project's instructions may take ${cut.bytesMax} bytes: ` +
    `${cut.bytesLeft} bytes of ${cut.file} are not shown.${others} Read the files themselves where they matter.]`
  )
}
