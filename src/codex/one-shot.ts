/** Work in wake-ups: one turn after another without a past, until the model says that it is done. */

import path from 'node:path'
import { appendHostText, existsOnHost, readHostText } from '../platform/host-files.ts'
import { OptionError } from '../protocol/errors.ts'
import type { JsonSchema } from '../protocol/json.ts'
import type { Turn } from '../protocol/turn.ts'
import type { Pack } from '../tools/pack.ts'
import { defineTool } from '../tools/tool.ts'
import { count, isRecord, nonEmpty } from './options/option-checks.ts'
import type { ThreadOptions } from './options/options.ts'
import type { Thread } from './thread.ts'

const TURNS_MAX = 20
/** Wake-ups in a row that may leave the log as it was; the second is the investigator's. */
const STALE_MAX = 2

export interface OneShotOptions extends Omit<ThreadOptions, 'history' | 'packs' | 'whenBusy'> {
  /** A file that says what is wanted; relative to the working directory, as all three. */
  readonly specification: string
  /** A file that lists what is to be done, which the model keeps up to date. */
  readonly tasks: string
  /** A file that every wake-up reads first and adds to; made when it is missing. */
  readonly log: string
  /** Wake-ups, the investigator's included. Default 20. */
  readonly turnsMax?: number
  readonly signal?: AbortSignal
}

export interface OneShotResult {
  /** `stale`: the log did not move, and the turn that was to find out why left it so too. */
  readonly status: 'done' | 'needs-feedback' | 'stale' | 'turns-max'
  /** What the model said at the end, or what was the matter. */
  readonly note: string
  /** Those of this call, oldest first. */
  readonly turns: readonly Turn[]
  readonly threadId: string
}

/** What the model said through `finish`. */
interface Finish {
  readonly status: 'done' | 'needs-feedback'
  readonly note: string
}

/**
 * Wake the model again and again, each time without history, until it calls `finish` or a bound is reached.
 *
 * All that lasts is in the three files, so a call that was cut off, or killed, is simply made again.
 */
export async function runOneShot(
  options: OneShotOptions,
  workingDirectory: string,
  startThread: (options: ThreadOptions) => Thread,
): Promise<OneShotResult> {
  const { specification, tasks, log, turnsMax = TURNS_MAX, signal, ...threadOptions } = options
  const logFile = inFolder(log, options, workingDirectory)
  let finish: Finish | undefined
  const pack = oneShotPack(logFile, (said) => {
    finish ??= said
  })
  await using thread = startThread({ ...threadOptions, history: 'one-shot', packs: [pack] })
  const turns: Turn[] = []
  const result = (status: OneShotResult['status'], note: string): OneShotResult => ({
    status,
    note,
    turns,
    threadId: thread.id,
  })

  let staleCount = 0
  while (turns.length < turnsMax) {
    const before = await readHostText(logFile)
    const files = { specification, tasks, log }
    const prompt = staleCount === 0 ? wakeUpPrompt(files) : investigatorPrompt(files, turns.at(-1))
    turns.push(await thread.run(prompt, signal === undefined ? {} : { signal }))
    if (finish !== undefined) return result(finish.status, finish.note)
    staleCount = (await readHostText(logFile)) === before ? staleCount + 1 : 0
    if (staleCount === STALE_MAX) {
      return result(
        'stale',
        `Two wake-ups in a row added nothing to ${log}. Read it, and the thread, before going on.`,
      )
    }
  }
  return result(
    'turns-max',
    `The work was not finished in ${turnsMax} wake-ups. Call runOneShot again to go on.`,
  )
}

/** @throws {OptionError} */
export async function checkOneShot(options: OneShotOptions, workingDirectory: string): Promise<void> {
  if (!isRecord(options)) throw new OptionError('options', 'must be an object.')
  const { turnsMax } = options
  for (const name of ['specification', 'tasks', 'log'] as const) {
    const problem = nonEmpty(options[name])
    if (problem !== null) throw new OptionError(name, `${problem}, the path of a file.`)
  }
  if (turnsMax !== undefined && count(turnsMax) !== null)
    throw new OptionError('turnsMax', `${count(turnsMax)}.`)
  for (const name of ['specification', 'tasks'] as const) {
    const file = inFolder(options[name], options, workingDirectory)
    if (!(await existsOnHost(file))) throw new OptionError(name, `${file} does not exist. Write it first.`)
  }
}

function inFolder(file: string, options: OneShotOptions, workingDirectory: string): string {
  return path.resolve(workingDirectory, options.workingDirectory ?? '.', file)
}

interface Files {
  readonly specification: string
  readonly tasks: string
  readonly log: string
}

function wakeUpPrompt({ specification, tasks, log }: Files): string {
  return `You are woken to go on with a piece of work. You remember nothing of earlier wake-ups; what they left is in files.

1. Read ${specification} (what is wanted), ${tasks} (what is to be done) and the end of ${log} (what was done; it may not
   be there yet).
2. Do the next task, as far as it goes in one sitting. Keep ${tasks} up to date.
3. Add to the log with append_log: what you did, what you found out, what comes next, and where you are unsure. Whoever is
   woken next has only that.
4. When all is done and checked, call finish with status done. When only a person can decide how to go on, call it with
   status needs-feedback and say what has to be decided. Otherwise just end your turn; you will be woken again.`
}

function investigatorPrompt({ specification, tasks, log }: Files, last: Turn | undefined): string {
  return `The last wake-up of a piece of work ended without adding anything to ${log}. Do no task now: find out why.

Read ${specification}, ${tasks} and ${log}, and look at what is there of the work. The last wake-up ended with these words:

<last-words>
${last?.finalResponse || '(none)'}
</last-words>

Add to the log with append_log what you found: what the last wake-up did, whether the work can go on, and what comes next.
If it cannot go on without a person, call finish with status needs-feedback.`
}

function oneShotPack(logFile: string, onFinish: (finish: Finish) => void): Pack {
  return {
    slug: 'one-shot',
    tools: [
      defineTool({
        name: 'append_log',
        description: 'Add an entry to the log of this work. It is kept whole or not at all.',
        input: fields({ entry: { type: 'string', minLength: 1 } }),
        positional: ['entry'],
        effects: ['writes-files'],
        // The log is the host's own file, named by the host: no policy of the workspace is asked.
        assess: () => ({ verdict: 'allow' }),
        async run(input) {
          const { entry } = input as { entry: string }
          await appendHostText(logFile, `${entry.trimEnd()}\n`)
          return 'Added.'
        },
      }),
      defineTool({
        name: 'finish',
        description:
          'Say that the work is done, or that it cannot go on without a person. Then end your turn.',
        input: fields({
          status: { type: 'string', enum: ['done', 'needs-feedback'] },
          note: { type: 'string' },
        }),
        effects: [],
        idempotent: true,
        run(input) {
          onFinish(input as Finish)
          return 'Noted. End your turn now.'
        },
      }),
    ],
  }
}

/** All of them required. */
function fields(properties: Record<string, JsonSchema>): JsonSchema {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false }
}
