/** The files that a patch is applied to, as a port: a folder of this machine, or whatever a host has instead. */

/** Paths are absolute. Links are followed, except by `remove`. */
export interface PatchFiles {
  /** Null where nothing is. */
  kindOf(path: string): Promise<'file' | 'directory' | 'other' | null>
  /** @throws What the system says, with its `code`. */
  read(path: string): Promise<Uint8Array>
  /**
   * Replaces what is there, and makes the folders above it.
   *
   * @param options `expected`: what the new text was worked out from; nothing is written over anything else.
   * @throws {FileChangedError} The file holds something else by now.
   */
  write(path: string, text: string, options?: { readonly expected?: Uint8Array }): Promise<void>
  remove(path: string): Promise<void>
  /** Remember what is at `path`. */
  snapshot(path: string): Promise<PatchSnapshot>
  /** Asked before the first write of all. @throws Nothing may be written there. */
  checkWritable?(path: string): Promise<void>
}

/** What was at a path before a patch came. */
export interface PatchSnapshot {
  /** Make it so again. @throws It cannot be, and the path may be in any state. */
  restore(): Promise<void>
  /** Let go of what was remembered; `restore` is not called any more. */
  forget(): Promise<void>
}
