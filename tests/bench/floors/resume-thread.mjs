/** The floor of resuming: the thread's file is read, and each line parsed. */

import { readFile } from 'node:fs/promises'
import path from 'node:path'

const { BENCH_FOLDER = '', BENCH_THREAD = '' } = process.env

const begun = performance.now()
const text = await readFile(path.join(BENCH_FOLDER, 'threads', `${BENCH_THREAD}.jsonl`), 'utf8')
const records = text
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line))
const resumeMs = performance.now() - begun
if (records[0]?.type !== 'thread_meta') throw new Error('no thread')
process.stdout.write(`${JSON.stringify({ resumeMs })}\n`)
