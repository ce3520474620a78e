/** read_file: a file's lines, by number or as the block around one of them. */

import { z } from 'zod'
import type { Workspace } from '../../platform/workspace.ts'
import { defineTool } from '../../tools/tool.ts'
import { cutToBytes } from './cut-to-bytes.ts'
import { OutOfRangeError } from './errors.ts'
import { indentationBlock } from './indentation-block.ts'
import { readLines } from './read-lines.ts'

const LINE_BYTES_MAX = 500
/** A page ends before it, whatever number of lines was asked for: they may be long. */
const PAGE_LENGTH_MAX = 4 * 1024 * 1024

const Input = z.object({
  file_path: z.string().min(1).describe('Absolute, or relative to the working directory'),
  offset: z.int().min(1).default(1).describe('First line wanted, counted from 1'),
  limit: z.int().min(1).default(2000).describe('How many lines at most; a page of long lines ends sooner'),
  mode: z
    .enum(['slice', 'indentation'])
    .default('slice')
    .describe('slice: lines as they follow; indentation: the block of code around anchor_line'),
  indentation: z
    .object({
      anchor_line: z.int().min(1).optional().describe('Line the block is around; default offset'),
      max_levels: z.int().min(0).default(0).describe('Levels of indentation to go out; 0 for all'),
      include_siblings: z.boolean().default(false).describe('Also blocks at the same level'),
      include_header: z.boolean().default(true).describe('Also comments right above the block'),
      max_lines: z.int().min(1).optional().describe('Like limit, for the block'),
    })
    .optional(),
})
type Input = z.infer<typeof Input>

const Output = z.object({
  text: z.string().describe('The lines, joined by newlines, without numbers'),
  firstLine: z.int().describe('Number of the first line in text, counted from 1'),
  lineCount: z.int().describe('How many lines text has'),
  nextOffset: z.int().nullable().describe('Pass as offset to read on; null at the end of the file'),
})
type Output = z.infer<typeof Output>

export const readFile = defineTool({
  name: 'read_file',
  description:
    'Read a text file, with line numbers. Long files come in pages: pass nextOffset as offset. ' +
    'In indentation mode you get the function or block around one line.',
  input: Input,
  output: Output,
  positional: ['file_path', 'offset', 'limit'],
  effects: ['reads-files'],
  parallel: true,
  idempotent: true,
  render: ({ text, firstLine, lineCount }) =>
    lineCount === 0
      ? ''
      : text
          .split('\n')
          .map((line, index) => `L${firstLine + index}: ${cutToBytes(line, LINE_BYTES_MAX)}`)
          .join('\n'),

  async run(input, { workspace, signal }) {
    return input.mode === 'slice' ? readSlice(input, workspace, signal) : readBlock(input, workspace, signal)
  },
})

async function readSlice(
  { file_path, offset, limit }: Input,
  workspace: Workspace,
  signal: AbortSignal,
): Promise<Output> {
  const lines: string[] = []
  let seen = 0
  let length = 0
  let isMore = false
  for await (const batch of readLines(workspace, file_path, signal)) {
    for (const line of batch.slice(Math.max(0, offset - 1 - seen))) {
      isMore = lines.length === limit || (lines.length > 0 && length + line.length > PAGE_LENGTH_MAX)
      if (isMore) break
      lines.push(line)
      length += line.length
    }
    seen += batch.length
    if (isMore) break
  }
  if (lines.length === 0) throw pastEnd(`offset ${offset}`, file_path, seen)
  const nextOffset = isMore ? offset + lines.length : null
  return { text: lines.join('\n'), firstLine: offset, lineCount: lines.length, nextOffset }
}

async function readBlock(input: Input, workspace: Workspace, signal: AbortSignal): Promise<Output> {
  const { file_path, offset, limit, indentation } = input
  const anchorLine = indentation?.anchor_line ?? offset
  const lines: string[] = []
  for await (const batch of readLines(workspace, file_path, signal)) {
    for (const line of batch) lines.push(line)
  }
  if (anchorLine > lines.length) throw pastEnd(`anchor_line ${anchorLine}`, file_path, lines.length)

  const { start, end } = indentationBlock(lines, {
    anchor: anchorLine - 1,
    levelsMax: indentation?.max_levels ?? 0,
    includeSiblings: indentation?.include_siblings ?? false,
    includeHeader: indentation?.include_header ?? true,
    linesMax: Math.min(limit, indentation?.max_lines ?? limit, lines.length),
  })
  return {
    text: lines.slice(start, end).join('\n'),
    firstLine: start + 1,
    lineCount: end - start,
    nextOffset: end < lines.length ? end + 1 : null,
  }
}

function pastEnd(what: string, path: string, lineCount: number): OutOfRangeError {
  return new OutOfRangeError(
    `${what} exceeds file length: ${path} has ${lineCount} lines. Lines count from 1.`,
  )
}
