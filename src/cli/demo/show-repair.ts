/** The demo as a person sees it: what is done to whom, live, then what came of it. */

import { tmpdir } from 'node:os'
import { progressOn } from '../progress.ts'
import type { Terminal } from '../terminal.ts'
import type { Bug } from './bug.ts'
import { findCompiler, findLibrary } from './library.ts'
import { testsLine } from './report.ts'
import { makeRepository } from './repository.ts'
import { PROMPT, runScripted, runTask, type TaskOptions, type TaskResult } from './task.ts'

export interface Stage {
  readonly terminal: Terminal
  readonly signal: AbortSignal
}

export interface RepairOptions {
  readonly mode: 'script' | 'direct'
  /** A real model's slug; undefined for the scripted one. */
  readonly model: string | undefined
  /** Leave the folder. */
  readonly keep: boolean
}

const ALL_REAL_BUT_THE_WORDS = [
  'The model is a script on a loopback server: its words were written beforehand. Everything else is real:',
  'the library, the repository, the tests, the type check, the requests, the tool calls and the patch.',
].join('\n')

/** Puts the bug into the library, has it repaired, and shows all of it. */
export async function showRepair(
  bug: Bug,
  { mode, model, keep }: RepairOptions,
  stage: Stage,
): Promise<TaskResult> {
  const { terminal, signal } = stage
  const say = (text: string) => terminal.line(text)
  const heading = (text: string) => say(`\n${terminal.paint('bold', text)}`)

  const library = findLibrary()
  const compiler = findCompiler()
  await using repository = await makeRepository({ library, compiler, seed: bug.seed, parent: tmpdir(), keep })
  say(terminal.paint('bold', `${library.name} ${library.version}, with a bug put into ${bug.seed.file}`))
  say(model === undefined ? ALL_REAL_BUT_THE_WORDS : `The model is real: ${model}. So is everything else.`)
  say(`Folder: ${repository.root}`)
  say('Sandbox: danger-full-access. Commands run without a sandbox, in that folder.')
  heading(`Task: ${PROMPT}`)

  const show = progressOn(terminal, repository.root)
  const options: TaskOptions = {
    repository,
    mode,
    signal,
    onBefore: (tests) => say(testsLine('before', tests)),
    onEvent(event) {
      if (event.type === 'item.started' && event.item.type === 'script') {
        say(terminal.paint('cyan', event.item.source.replaceAll(/^/gm, '  │ ')))
      }
      show(event)
    },
  }
  const result = model === undefined ? await runScripted(bug, options) : await runTask({ model }, options)

  heading('Answer')
  say(terminal.paint('green', result.answer))
  heading('Diff')
  say(await repository.diff({ color: process.stdout.hasColors?.() ?? false }))
  heading('Result')
  say(testsLine('before', result.before))
  say(testsLine('after', result.after))
  say(`types         ${result.typesAreRight ? 'check' : 'do not check'}`)
  if (keep) say(`Kept: ${repository.folder}`)
  return result
}

/** The same bug once more, as one script and in silence: something to compare with. */
export async function repairUnseen(bug: Bug, { terminal, signal }: Stage): Promise<TaskResult> {
  terminal.moment('The same once more, as one script …')
  const setting = { library: findLibrary(), compiler: findCompiler(), parent: tmpdir(), keep: false }
  await using repository = await makeRepository({ ...setting, seed: bug.seed })
  const silence = () => {}
  return await runScripted(bug, { repository, mode: 'script', signal, onBefore: silence, onEvent: silence })
}
