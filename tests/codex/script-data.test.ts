/** What scripts of a thread have at hand: what they stored, what is too large for them, and where they are. */

import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { Codex, defineTool } from '../../src/index.ts'
import { calls, says } from '../../src/testing/index.ts'
import { bench, type TestBench } from '../support/codex.ts'
import { PICTURES } from '../support/pictures.ts'

const MIB = 1024 * 1024
const script = (source: string) => calls('exec', { source })
const lastOutput = (at: TestBench, request: number) => at.provider.requests[request]?.outputOf('exec') ?? ''

test('what a script stores is there for later scripts, also of another process', async () => {
  await using at = await bench([
    script('store("seen", new Map([["tea", 4n]])); store("n", 1)'),
    says('one'),
    script('store("n", load("n") + 1); return [load("seen").get("tea"), load("n")]'),
    says('two'),
    script('return [load("seen").get("tea"), load("n")]'),
    says('three'),
  ])
  const thread = at.codex.startThread({ workingDirectory: at.folder.path })
  await thread.run('Store')
  await thread.run('Load')
  await using other = new Codex({
    model: 'local/any',
    providers: { local: { baseUrl: at.provider.url, apiKey: 'test-key', wireApi: 'responses' } },
    store: at.store,
  })
  await other.resumeThread(thread.id ?? '').run('Load again')

  expect(lastOutput(at, 3)).toContain('"4n",\n  2\n')
  expect(lastOutput(at, 5)).toContain('"4n",\n  2\n')
})

test('a result that is too large is kept as a document, and the script is told its fileKey', async () => {
  const dump = defineTool({
    name: 'dump',
    description: 'Give much.',
    effects: [],
    input: { type: 'object', properties: {} },
    run: async () => `${'x'.repeat(5 * MIB)}the end`,
  })
  const source = `
try { await tools.dump({}) } catch (error) {
  const key = /document (\\S+?):/.exec(error.message)[1]
  const { bytes } = await tools.fc.get(key)
  const last = await tools.fc.get(key, bytes - 7)
  return { name: error.name, bytes, last: last.text, listed: context.documents.length }
}`
  await using at = await bench([script(source), says('done')], {
    packs: ['file-cabinet', { slug: 'big', tools: [dump] }],
  })

  await at.codex.startThread({ workingDirectory: at.folder.path }).run('Dump')

  const output = lastOutput(at, 1)
  expect(output).toContain('"name": "ResultKeptError"')
  expect(output).toContain(`"bytes": ${5 * MIB + 7}`)
  expect(output).toContain('"last": "the end"')
})

test('a picture of any size that a tool takes reaches the model through image()', async () => {
  await using at = await bench([script('image(await tools.viewImage("big.png"))'), says('a picture')])
  const picture = Buffer.concat([PICTURES['image/png'], Buffer.alloc(5 * MIB, 1)])
  await writeFile(path.join(at.folder.path, 'big.png'), picture)

  await at.codex.startThread({ workingDirectory: at.folder.path }).run('Look')

  const sent = JSON.stringify(at.provider.requests[1]?.body)
  expect(sent).toContain(`data:image/png;base64,${picture.toString('base64')}`)
})

test('context names the limits and the harmless part of the environment, and no secret', async () => {
  await using at = await bench(
    [
      script(
        'return { wall: context.limits.wallMs, calls: context.limits.callsMax, env: Object.keys(context.env), home: context.env.HOME }',
      ),
      says('done'),
    ],
    {
      limits: { script: { wallMs: 12_345 } },
      env: { HOME: '/home/ann', PATH: '/bin', OPENAI_API_KEY: 'not-for-scripts', NOTES: 'private' },
    },
  )

  await at.codex.startThread({ workingDirectory: at.folder.path }).run('Where?')

  const output = lastOutput(at, 1)
  expect(output).toContain('"wall": 12345')
  expect(output).toContain('"calls": 1000')
  expect(output).toContain('"home": "/home/ann"')
  expect(output).not.toMatch(/OPENAI_API_KEY|NOTES/)
})
