/** codex-ts run: one turn, shown to a person or printed as events. */

import path from 'node:path'
import { text } from 'node:stream/consumers'
import { Codex, type CodexOptions, type Run, type Thread, type ThreadOptions } from '../index.ts'
import { isCodexError, OptionError } from '../protocol/errors.ts'
import { askApproval } from './ask-approval.ts'
import { isWatched } from './ask-line.ts'
import { askUser } from './ask-user.ts'
import { defineCommand, type Values } from './command.ts'
import { loadEnvironmentFile } from './environment-file.ts'
import { UsageError } from './errors.ts'
import { interruption } from './interruption.ts'
import { SANDBOX_MODES } from './modes.ts'
import { progressOn } from './progress.ts'
import { loadRules } from './rules-file.ts'
import { terminalOf } from './terminal.ts'

const OPTIONS = {
  json: {
    type: 'boolean',
    help: 'Print the thread events, one JSON object a line, as codex exec --json does',
  },
  model: { type: 'string', short: 'm', value: 'SLUG', help: 'The model; default CODEX_TS_MODEL' },
  cd: { type: 'string', short: 'C', value: 'DIR', help: 'The working directory; default this one' },
  'tool-mode': {
    type: 'string',
    value: 'MODE',
    choices: ['script', 'direct', 'mixed'],
    help: 'How tools are called',
  },
  sandbox: {
    type: 'string',
    short: 's',
    value: 'MODE',
    choices: SANDBOX_MODES,
    help: 'What tools may touch',
  },
  'approval-policy': {
    type: 'string',
    value: 'POLICY',
    choices: ['never', 'on-request', 'on-failure', 'untrusted'],
    help: 'When you are asked',
  },
  network: { type: 'boolean', help: 'Let commands use the network in workspace-write' },
  resume: { type: 'string', value: 'ID', help: 'Go on with this thread' },
  'base-url': { type: 'string', value: 'URL', help: 'Ask this provider, and name the model as it does' },
  'wire-api': {
    type: 'string',
    value: 'API',
    choices: ['responses', 'chat', 'messages'],
    help: 'What that provider speaks; default responses',
  },
  'api-key-env': { type: 'string', value: 'NAME', help: 'The variable with its key; default OPENAI_API_KEY' },
  pack: {
    type: 'string',
    value: 'SLUG',
    multiple: true,
    help: 'Tools of this pack; once for each, default core-codex and file-cabinet',
  },
} as const

export const run = defineCommand({
  name: 'run',
  summary: 'Run one turn of an agent',
  usage: 'PROMPT|-',
  details: [
    'The final answer goes to standard output, progress to standard error. With - the prompt comes from standard input.',
    'Keys come from the environment or from .env in this folder. Ctrl-C stops the turn, a second one leaves at once.',
    'Exit code 0 when the turn is complete, 1 when it failed or was stopped, 2 for options that cannot be meant.',
  ].join('\n'),
  argumentsMax: 1,
  options: OPTIONS,

  async run(values, [argument]) {
    loadEnvironmentFile()
    const options = { ...codexOptions(values), commandRules: await loadRules() }
    const prompt = argument === '-' ? await text(process.stdin) : argument
    if (prompt === undefined || prompt.trim() === '')
      throw new UsageError('The prompt is missing: codex-ts run PROMPT.')

    using stop = interruption()
    await using codex = new Codex(options)
    const thread = openThread(codex, values)
    return values.json === true
      ? await printEvents(thread, prompt, stop.signal)
      : await showTurn(thread.run(prompt, { signal: stop.signal }), path.resolve(values.cd ?? '.'))
  },
})

type RunValues = Values<typeof OPTIONS>

function codexOptions(values: RunValues): CodexOptions {
  const { pack: packs, 'approval-policy': policy } = values
  return {
    ...(packs === undefined ? {} : { packs }),
    ...(policy === undefined || policy === 'never' ? {} : { approve: askApproval }),
    ...(isWatched() ? { requestUserInput: askUser } : {}),
    ...modelOptions(values),
  }
}

/** With `--base-url` the model is the provider's own name for it, whatever it looks like. */
function modelOptions(values: RunValues): CodexOptions {
  const { model, 'base-url': baseUrl, 'wire-api': wireApi, 'api-key-env': keyVariable } = values
  if (baseUrl === undefined) {
    for (const name of ['wire-api', 'api-key-env'] as const) {
      if (values[name] !== undefined)
        throw new UsageError(`--${name} says something of --base-url, which is missing.`)
    }
    return model === undefined ? {} : { model }
  }
  const slug = model ?? process.env.CODEX_TS_MODEL
  if (slug === undefined || slug === '') throw new UsageError('--base-url needs a model: -m SLUG.')
  const apiKey = process.env[keyVariable ?? 'OPENAI_API_KEY']
  if (keyVariable !== undefined && !apiKey) {
    throw new UsageError(`--api-key-env names ${keyVariable}, and that variable is not set.`)
  }
  return {
    model: `local/${slug}`,
    providers: { local: { baseUrl, wireApi: wireApi ?? 'responses', apiKey } },
  }
}

function openThread(codex: Codex, values: RunValues): Thread {
  const options: ThreadOptions = {
    workingDirectory: path.resolve(values.cd ?? '.'),
    toolMode: values['tool-mode'],
    sandboxMode: values.sandbox,
    approvalPolicy: values['approval-policy'],
    networkAccessEnabled: values.network,
  }
  return values.resume === undefined ? codex.startThread(options) : codex.resumeThread(values.resume, options)
}

async function printEvents(thread: Thread, prompt: string, signal: AbortSignal): Promise<number> {
  const { events } = await thread.runStreamed(prompt, { signal })
  let isToldOf = false
  try {
    for await (const event of events) {
      process.stdout.write(`${JSON.stringify(event)}\n`)
      isToldOf = event.type === 'turn.failed'
    }
    return 0
  } catch (error) {
    // The last event has said it already, and Codex adds nothing to it either.
    if ((isToldOf || signal.aborted) && isCodexError(error) && !(error instanceof OptionError)) return 1
    throw error
  }
}

async function showTurn(turn: Run, folder: string): Promise<number> {
  using terminal = terminalOf(process.stderr)
  const show = progressOn(terminal, folder)
  for await (const event of turn) show(event)
  const { finalResponse } = await turn
  process.stdout.write(`${finalResponse}\n`)
  return 0
}
