/** codex-ts demo: a real library is repaired in a temporary folder, by a model whose words were written beforehand. */

import { knownProviders, resolveModel } from '../model/index.ts'
import { defineCommand, type Values } from './command.ts'
import { paddingBug } from './demo/padding-bug.ts'
import { pluralBug } from './demo/plural-bug.ts'
import { figuresTable } from './demo/report.ts'
import { repairUnseen, showRepair } from './demo/show-repair.ts'
import { isRepaired } from './demo/task.ts'
import { loadEnvironmentFile } from './environment-file.ts'
import { UsageError } from './errors.ts'
import { interruption } from './interruption.ts'
import { terminalOf } from './terminal.ts'

const BUGS = { 1: pluralBug, 2: paddingBug } as const

const OPTIONS = {
  bug: { type: 'string', value: 'NUMBER', choices: ['1', '2'], help: 'Which bug is put in; default 1' },
  direct: { type: 'boolean', help: 'Call tools one by one, and compare that with one script' },
  keep: { type: 'boolean', help: 'Leave the folder, and print where it is' },
  live: { type: 'boolean', help: 'Ask a real model, which -m names' },
  model: { type: 'string', short: 'm', value: 'SLUG', help: 'The model to ask with --live' },
} as const

export const demo = defineCommand({
  name: 'demo',
  summary: 'Repair a real library in a temporary folder, offline',
  usage: '',
  details: [
    'A script on a loopback server plays the model; the repository, the tools and the requests are real.',
    'Exit code 0 when the tests failed before and pass after, 1 when not, 2 for options that cannot be meant.',
  ].join('\n'),
  argumentsMax: 0,
  options: OPTIONS,

  async run(values) {
    const { bug: number = '1', direct = false, keep = false } = values
    const model = liveModel(values)
    const bug = BUGS[number]
    using stop = interruption()
    using terminal = terminalOf(process.stdout)
    const stage = { terminal, signal: stop.signal }

    const results = [await showRepair(bug, { mode: direct ? 'direct' : 'script', model, keep }, stage)]
    if (direct && model === undefined) results.push(await repairUnseen(bug, stage))

    terminal.line(figuresTable(results.map(({ figures }) => figures)))
    if (model === undefined) {
      terminal.line(
        'Tokens are estimates: a quarter of the bytes that were sent, and of those that the model wrote.',
      )
    }
    return results.every(isRepaired) ? 0 : 1
  },
})

/**
 * The real model to ask, if one is asked.
 *
 * @throws {OptionError} Its key is missing; the message names the variable.
 */
function liveModel({ live, model }: Values<typeof OPTIONS>): string | undefined {
  if (live !== true) {
    if (model !== undefined) throw new UsageError('-m names a real model, which is asked only with --live.')
    return undefined
  }
  if (model === undefined) throw new UsageError('--live needs a model: -m SLUG.')
  loadEnvironmentFile()
  const providers = Object.entries(knownProviders).map(([name, { keyVariable }]) => {
    return [name, { apiKey: process.env[keyVariable] }] as const
  })
  resolveModel(model, { providers: Object.fromEntries(providers) })
  return model
}
