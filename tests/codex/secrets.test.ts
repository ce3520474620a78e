/** What the host keeps secret does not come back through a tool. */

import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { Codex, defineTool, type Pack, type ThreadEvent } from '../../src/index.ts'
import { fileStore, memoryStore } from '../../src/stores/index.ts'
import { calls, cutsAfterBytes, refuses, says, startProvider, thinks } from '../../src/testing/index.ts'
import { tempFolder } from '../support/temp-folder.ts'

const KEY = 'key-of-the-provider-4711'
const TOKEN = 'value-of-a-variable-0815'

test.each(['direct', 'script'] as const)(
  'in %s mode neither the model, an event, a log line nor a file holds it',
  async (toolMode) => {
    await using folder = await tempFolder({
      'secrets.txt': `${KEY}\n${TOKEN}\n`,
      'half.js': `process.stdout.write('${KEY.slice(0, 9)}'); setTimeout(() => console.log('${KEY.slice(9)}'), 50)`,
    })
    await using state = await tempFolder()
    const step =
      toolMode === 'direct'
        ? [
            calls('read_file', { file_path: 'secrets.txt' }),
            calls('exec_command', { cmd: 'node half.js; seq 1 20000; cat secrets.txt', login: false }),
          ]
        : calls('exec', {
            source: `console.log((await tools.readFile('secrets.txt')).text)
            const run = await tools.exec('node half.js; cat secrets.txt; exit 3')
            return { run, again: (await tools.exec('cat secrets.txt; seq 1 400000', { maxOutputBytes: 100 })) }`,
          })
    await using provider = await startProvider([step, says('done')])
    const lines: string[] = []
    const line = (message: string, fields?: object) => void lines.push(message + JSON.stringify(fields ?? {}))
    await using codex = new Codex({
      model: 'local/any',
      providers: { local: { baseUrl: provider.url, apiKey: KEY, wireApi: 'responses' } },
      env: { PATH: process.env.PATH ?? '', HOME: folder.path, MY_TOKEN: TOKEN },
      store: fileStore(state.path),
      log: { debug: line, info: line, warn: line, error: line },
      hooks: { afterToolCall: ({ outcome }) => void lines.push(JSON.stringify(outcome)) },
    })
    const thread = codex.startThread({
      workingDirectory: folder.path,
      sandboxMode: 'danger-full-access',
      toolMode,
    })

    const events: ThreadEvent[] = []
    for await (const event of thread.run('Look around')) events.push(event)

    const spoken = events.flatMap((event) => (event.type === 'item.delta' ? [event.delta] : [])).join('')
    const kept = await Promise.all(
      (await readdir(state.path, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => readFile(path.join(entry.parentPath, entry.name), 'utf8')),
    )
    const sinks = {
      sent: provider.requests[1]?.text ?? '',
      events: JSON.stringify(events),
      spoken,
      lines: lines.join('\n'),
      kept: kept.join('\n'),
    }
    for (const [sink, text] of Object.entries(sinks)) {
      expect(text, sink).not.toContain(KEY)
      expect(text, sink).not.toContain(TOKEN)
    }
    expect(sinks.sent).toContain('[redacted]')
    expect(sinks.kept).toContain('[redacted]')
  },
)

test('keys planted in every place reach no sink, also in pieces and encoded', async () => {
  const keys = Array.from({ length: 12 }, (_, index) => `planted-key-number-${index}-${'x'.repeat(8)}`)
  const [prompted, developed, inAgentsMd, inFile, inCommand, inBase64, inAddress, said, argued, thrown] =
    keys as [string, string, string, string, string, string, string, string, string, string]
  const [steered = '', refused = ''] = keys.slice(10)
  await using folder = await tempFolder({
    'AGENTS.md': `Use ${inAgentsMd} to deploy.`,
    'secret.txt': `${inFile}\n`,
    'print.js': `const [a, b, c] = process.argv.slice(2)
      process.stdout.write(process.env.A_KEY.slice(0, 11))
      setTimeout(() => console.log(process.env.A_KEY.slice(11)), 30)
      console.log(Buffer.from('x' + process.env.B_KEY + 'y').toString('base64'))
      console.log(encodeURIComponent(process.env.C_KEY + '/?'))`,
  })
  await using state = await tempFolder()
  const spent = thinks(`I remember ${said}`, { deltas: [`I remember ${said.slice(0, 5)}`, said.slice(5)] })
  await using provider = await startProvider([
    refuses(500, { error: { message: `no use for ${refused}` } }),
    [spent, calls('read_file', { file_path: 'secret.txt' })],
    calls('exec_command', { cmd: 'node print.js', login: false }),
    [
      says(`The key is ${said}!`, { deltas: [`The key is ${said.slice(0, 9)}`, `${said.slice(9)}!`] }),
      calls('apply_patch', {
        input: `*** Begin Patch\n*** Add File: made.txt\n+${argued}\n*** End Patch`,
      }),
    ],
    calls('fail', {}),
    calls('ask', { with: argued }),
    cutsAfterBytes(300),
    says('done'),
  ])
  const named = Object.fromEntries(keys.map((value, index) => [`KEY_${index}_TOKEN`, value]))
  const lines: string[] = []
  const line = (message: string, fields?: object) => void lines.push(message + JSON.stringify(fields ?? {}))
  const answers: unknown[] = []
  await using codex = new Codex({
    model: 'local/any',
    providers: {
      local: { baseUrl: provider.url, apiKey: KEY, wireApi: 'responses', requestRetriesMax: 0 },
    },
    packs: ['core-codex', secretive(thrown)],
    env: { PATH: process.env.PATH ?? '', HOME: folder.path, ...named },
    shellEnvironmentPolicy: { set: { A_KEY: inCommand, B_KEY: inBase64, C_KEY: inAddress } },
    store: fileStore(state.path),
    log: { debug: line, info: line, warn: line, error: line },
    approve: (request) => {
      answers.push(request)
      return { decision: 'approved' }
    },
  })
  const thread = codex.startThread({
    workingDirectory: folder.path,
    sandboxMode: 'danger-full-access',
    toolMode: 'direct',
    developerInstructions: `Never tell ${developed}.`,
  })

  const events: ThreadEvent[] = []
  const run = thread.run(`My key is ${prompted}.`)
  for await (const event of run) {
    events.push(event)
    if (event.type === 'item.completed' && event.item.type === 'reasoning') await thread.steer(steered)
  }
  const turn = await run

  const deltas = Map.groupBy(
    events.filter((event) => event.type === 'item.delta'),
    (event) => event.item_id,
  )
  const kept = await Promise.all(
    (await readdir(state.path, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => readFile(path.join(entry.parentPath, entry.name), 'utf8')),
  )
  const sinks = {
    sent: provider.requests.map(({ text }) => text).join('\n'),
    events: JSON.stringify(events),
    spoken: [...deltas.values()].map((pieces) => pieces.map(({ delta }) => delta).join('')).join('\n'),
    lines: lines.join('\n'),
    kept: kept.join('\n'),
    turn: JSON.stringify(turn),
    asked: JSON.stringify(answers),
  }
  for (const [sink, text] of Object.entries(sinks)) {
    for (const secret of [...keys, KEY]) {
      expect(text, sink).not.toContain(secret)
      expect(text, sink).not.toContain(Buffer.from(secret).toString('base64').slice(2, -4))
      expect(text, sink).not.toContain(secret.slice(4))
    }
  }
  expect(sinks.spoken).toContain('The key is [redacted]!')
  expect(turn.finalResponse).toBe('done')
  // What the model wrote is the user's file, and whole.
  expect(await readFile(path.join(folder.path, 'made.txt'), 'utf8')).toBe(`${argued}\n`)
})

/** Tools that tell a secret by failing, and by asking. */
function secretive(secret: string): Pack {
  return {
    slug: 'secretive',
    tools: [
      defineTool({
        name: 'fail',
        description: 'Fails.',
        input: z.object({}),
        run: () => {
          throw new Error(`cannot log in with ${secret}`)
        },
      }),
      defineTool({
        name: 'ask',
        description: 'Asks.',
        input: z.object({ with: z.string() }),
        needsApproval: true,
        run: (input) => `asked with ${input.with}`,
      }),
    ],
  }
}

test('an error that a provider words with a key comes without it', async () => {
  await using provider = await startProvider([
    refuses(400, { error: { message: `your key ${TOKEN} is not allowed` } }),
  ])
  await using codex = new Codex({
    model: 'local/any',
    providers: { local: { baseUrl: provider.url, apiKey: KEY, wireApi: 'responses' } },
    env: { MY_TOKEN: TOKEN },
    store: memoryStore(),
  })

  const error = await codex
    .startThread({ toolMode: 'direct' })
    .run('go')
    .catch((caught: unknown) => caught)

  expect(inspect(error, { depth: 9 })).not.toContain(TOKEN)
  expect(String(error)).toContain('your key [redacted] is not allowed')
})
