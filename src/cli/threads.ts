/** codex-ts threads: what is stored, and the way to Codex's own files and back. */

import { homedir } from 'node:os'
import path from 'node:path'
import { Codex } from '../index.ts'
import { defineCommand, type Values } from './command.ts'
import { UsageError } from './errors.ts'

const OPTIONS = {
  archived: { type: 'boolean', help: 'With list: those that are archived' },
  json: { type: 'boolean', help: 'Print JSON, for list an object a line' },
  'codex-home': {
    type: 'string',
    value: 'DIR',
    help: "With export: Codex's home folder; default CODEX_HOME, else ~/.codex",
  },
  provider: {
    type: 'string',
    value: 'NAME',
    help: "With import: what the file's provider is called here; default as in the file",
  },
  model: { type: 'string', short: 'm', value: 'SLUG', help: 'With import: the model that it goes on with' },
  'new-id': { type: 'boolean', help: 'With import: under an id of its own' },
} as const

type ThreadsValues = Values<typeof OPTIONS>
type Deed = (codex: Codex, values: ThreadsValues, argument: string) => Promise<void>

const DEEDS: Readonly<Record<string, { readonly argument?: string; readonly do: Deed }>> = {
  list: { do: list },
  export: { argument: 'ID', do: exportThread },
  import: { argument: 'FILE', do: importThread },
}

/** What each option says something of; `json` of all. */
const DEED_OF: Readonly<Record<string, string>> = {
  archived: 'list',
  'codex-home': 'export',
  provider: 'import',
  model: 'import',
  'new-id': 'import',
}

export const threads = defineCommand({
  name: 'threads',
  summary: 'List threads, and exchange them with Codex',
  usage: 'list | export ID | import FILE',
  details: [
    "export writes the thread into Codex's home, where `codex exec resume ID` finds it, and prints the file. import",
    'takes in a file that Codex wrote, under its sessions folder, and prints the id for `codex-ts run --resume`.',
  ].join('\n'),
  argumentsMax: 2,
  options: OPTIONS,

  async run(values, [name = '', argument]) {
    const deed = Object.hasOwn(DEEDS, name) ? DEEDS[name] : undefined
    if (deed === undefined) throw new UsageError('Say what: codex-ts threads list, export ID or import FILE.')
    if ((deed.argument === undefined) !== (argument === undefined)) {
      throw new UsageError(`Write: codex-ts threads ${[name, deed.argument].join(' ').trimEnd()}.`)
    }
    for (const option of Object.keys(values)) {
      const of = DEED_OF[option]
      if (of !== undefined && of !== name)
        throw new UsageError(`--${option} says something of threads ${of}.`)
    }
    await using codex = new Codex()
    await deed.do(codex, values, argument ?? '')
    return 0
  },
})

async function list(codex: Codex, { archived, json }: ThreadsValues): Promise<void> {
  for (const { meta, updatedAt } of await codex.threads.list(archived === true ? { archived } : {})) {
    const time = new Date(updatedAt).toISOString()
    const line =
      json === true ? JSON.stringify({ ...meta, updatedAt }) : [meta.id, time, meta.workingDirectory]
    process.stdout.write(`${typeof line === 'string' ? line : line.join('  ')}\n`)
  }
}

async function exportThread(codex: Codex, values: ThreadsValues, id: string): Promise<void> {
  const home = values['codex-home'] ?? (process.env.CODEX_HOME || path.join(homedir(), '.codex'))
  const file = await codex.threads.exportRollout(id, home)
  process.stdout.write(`${values.json === true ? JSON.stringify({ file }) : file}\n`)
}

async function importThread(codex: Codex, values: ThreadsValues, file: string): Promise<void> {
  const { provider, model, 'new-id': newId } = values
  const { threadId, skipped } = await codex.threads.importRollout(file, {
    ...(provider === undefined ? {} : { provider }),
    ...(model === undefined ? {} : { model }),
    ...(newId === undefined ? {} : { newId }),
  })
  process.stdout.write(`${values.json === true ? JSON.stringify({ threadId, skipped }) : threadId}\n`)
}
