/** Runs the examples of a page as its reader would: `codex-ts` means our source, and a scripted model answers for the real one. */

import { registerHooks } from 'node:module'
import { type Step, startProvider } from '../../src/testing/index.ts'

/** What it is told, as JSON. */
export interface PageRun {
  /** The address of each door's source, by what an example imports. */
  readonly doors: Readonly<Record<string, string>>
  readonly examples: ReadonlyArray<{
    readonly file: string
    /** The module of the model's answers, or empty. */
    readonly answers: string
    /** Where it works. */
    readonly folder: string
  }>
}

const { doors, examples }: PageRun = JSON.parse(process.argv[2] ?? '')
const sources = new Map(Object.entries(doors))
registerHooks({
  resolve: (specifier, context, next) => next(sources.get(specifier) ?? specifier, context),
})

const send = globalThis.fetch

/** An example has a key for OpenAI and sends its requests there; no packet leaves this machine. */
function sendTo(url: string): typeof fetch {
  return (target, init) => {
    const { href, hostname } = new URL(target instanceof Request ? target.url : target)
    if (hostname === '127.0.0.1') return send(target, init)
    if (hostname !== 'api.openai.com') throw new Error(`an example wanted ${hostname}`)
    return send(href.replace('https://api.openai.com/v1', url), init)
  }
}

async function runExample({ file, answers, folder }: PageRun['examples'][number]): Promise<void> {
  process.chdir(folder)
  const steps: readonly Step[] = answers === '' ? [] : (await import(answers)).default
  await using provider = await startProvider(steps)
  globalThis.fetch = sendTo(provider.url)

  await import(file)

  if (provider.stepsLeft > 0) throw new Error(`${provider.stepsLeft} answers of the model were not asked for`)
}

for (const example of examples) {
  try {
    await runExample(example)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  }
  // What came before this line is the example's.
  for (const stream of [process.stdout, process.stderr]) stream.write(`\0${example.file}\n`)
}
