/** Finds what a user and a project want an agent to know: their AGENTS.md files. */

import path from 'node:path'
import { cutAtLine } from './cut-at-line.ts'
import { liesIn, projectFolders } from './project-folders.ts'

/** The few looks at files that the search takes. */
export interface InstructionFiles {
  /** Null where no file can be read. */
  readText(path: string): Promise<string | null>
  /** Whether anything, file or folder, is there. */
  exists(path: string): Promise<boolean>
  /** The path with all links followed, null where it leads nowhere. Absent where there are no links. */
  realPath?(path: string): Promise<string | null>
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
  /** Null where there are no instructions. */
  readonly text: string | null
  /** The files that are in it, the farthest first. */
  readonly files: readonly string[]
  /** What was left out though it is there, each with its reason; for a log. */
  readonly warnings: readonly string[]
}

const NAMES = ['AGENTS.override.md', 'AGENTS.md']
const PROJECT_BYTES_MAX = 32 * 1024
const SEPARATOR = '\n\n--- project-doc ---\n\n'

/**
 * The user's instructions, then those of each folder from the project's root down to `cwd`, one file a folder.
 *
 * Past the byte limit a file is cut at the end of a line, those after it are left out, and a note says both. A project's
 * file that leads out of the project by a link is left out, so that a repository cannot show a file of the user's.
 */
export async function findAgentsMd(options: AgentsMdOptions): Promise<AgentsMd> {
  const { files, cwd, home, projectBytesMax = PROJECT_BYTES_MAX } = options
  const warnings: string[] = []
  const own = home === undefined ? null : await firstFile({ files, warnings, names: NAMES }, home)
  const project = projectBytesMax === 0 ? [] : await projectFiles(options, cwd, warnings)

  const limited = withinLimit(project, projectBytesMax)
  const parts = [own?.text, limited.text].filter((part) => part !== undefined && part !== '')
  return {
    text: parts.length === 0 ? null : parts.join(SEPARATOR),
    files: [...(own === null ? [] : [own.path]), ...limited.files],
    warnings: [...warnings, ...limited.warnings],
  }
}

interface FoundFile {
  readonly path: string
  readonly text: string
}

interface Search {
  readonly files: InstructionFiles
  /** The first that is there counts. */
  readonly names: readonly string[]
  /** What a file may not lead out of, links followed; undefined where it may lead anywhere. */
  readonly within?: string
  readonly warnings: string[]
}

async function projectFiles(
  { files, fallbackNames = [], rootMarkers }: AgentsMdOptions,
  cwd: string,
  warnings: string[],
): Promise<FoundFile[]> {
  const folders = await projectFolders({ files, cwd, rootMarkers })
  const root = folders[0] ?? cwd
  const search = {
    files,
    warnings,
    names: [...NAMES, ...fallbackNames],
    within: (await files.realPath?.(root)) ?? root,
  }
  const project: FoundFile[] = []
  for (const folder of folders) {
    const found = await firstFile(search, folder)
    if (found !== null) project.push(found)
  }
  return project
}

/** The first of the names that is there counts, though it may say nothing. */
async function firstFile(search: Search, folder: string): Promise<FoundFile | null> {
  for (const name of search.names) {
    const file = path.join(folder, name)
    if (!(await search.files.exists(file))) continue
    if (await leadsOut(search, file)) {
      search.warnings.push(`${file} is left out: it is a link that leads out of the project.`)
      continue
    }
    const text = await search.files.readText(file)
    if (text === null) {
      search.warnings.push(`${file} is left out: it cannot be read as a file.`)
      continue
    }
    const clean = text.replace(/^\uFEFF/, '')
    return clean.trim() === '' ? null : { path: file, text: clean }
  }
  return null
}

async function leadsOut({ files, within }: Search, file: string): Promise<boolean> {
  if (within === undefined || files.realPath === undefined) return false
  const real = await files.realPath(file)
  return real !== null && !liesIn(within, real)
}

interface LimitedText {
  readonly text: string
  readonly files: readonly string[]
  readonly warnings: readonly string[]
}

function withinLimit(found: readonly FoundFile[], bytesMax: number): LimitedText {
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
      text: [...texts, `${head.text}[${note} Read the files themselves where they matter.]`].join('\n\n'),
      files: found.slice(0, shown).map((each) => each.path),
      warnings: [note],
    }
  }
  return { text: texts.join('\n\n'), files: found.map((each) => each.path), warnings: [] }
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
    `Cut here, because a project's instructions may take ${cut.bytesMax} bytes: ` +
    `${cut.bytesLeft} bytes of ${cut.file} are not shown.${others}`
  )
}
