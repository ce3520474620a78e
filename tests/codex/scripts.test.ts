/** Script mode: the model writes one script, by whichever carrier its wire and its abilities allow. */

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineTool, type ThreadEvent } from '../../src/index.ts'
import { calls, custom, says } from '../../src/testing/index.ts'
import { bench } from '../support/codex.ts'

const open = { sandboxMode: 'danger-full-access' } as const
const SOURCE = `
const [notes, listing] = await Promise.all([tools.readFile('notes.md'), tools.exec('ls')])
const patch = ['*** Begin Patch', '*** Add File: answer.txt', '+' + notes.text.trim(), '*** End Patch'].join('\\n')
await tools.applyPatch(patch)
console.log('patched')
return { notes: notes.text.trim(), files: listing.stdout.trim().split('\\n'), where: context.cwd }
`
const customModel = { models: { 'local/any': { provider: 'local', model: 'any', customTools: true } } }
const textModel = { models: { 'local/any': { provider: 'local', model: 'any', toolCalls: false } } }

test.each([
  ['a freeform tool', 'responses', customModel, custom('exec', SOURCE)],
  ['a function', 'responses', {}, calls('exec', { source: SOURCE })],
  ['a function', 'chat', {}, calls('exec', { source: SOURCE })],
  ['a block in the text', 'chat', textModel, says(`I look first.\n<tool-calls>\n${SOURCE}\n</tool-calls>`)],
] as const)(
  'a script that comes by %s over %s runs the tools and answers the model',
  async (_, wireApi, options, step) => {
    await using at = await bench([step, says('done')], {
      files: { 'notes.md': 'tea at four\n' },
      provider: { wireApi },
      ...options,
    })
    const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...open })

    const events: ThreadEvent[] = []
    for await (const event of thread.run('Do it')) events.push(event)

    expect(await readFile(path.join(at.folder.path, 'answer.txt'), 'utf8')).toBe('tea at four\n')
    const answered = at.provider.requests[1]?.items
      .map((item) => ('text' in item ? item.text : ''))
      .join('\n')
    expect(answered).toContain('Script completed\nWall time ')
    expect(answered).toContain('"notes": "tea at four"')
    expect(answered).toContain('Console:\npatched')
    const shown = events.flatMap((event) => (event.type === 'item.completed' ? [event.item.type] : []))
    expect(shown).toEqual(
      expect.arrayContaining(['command_execution', 'file_change', 'script', 'agent_message']),
    )
    const spoken = events.flatMap((event) =>
      event.type === 'item.delta' && event.item_type === 'agent_message' ? [event.delta] : [],
    )
    expect(spoken.join('')).not.toMatch(/tool-calls|readFile/)
  },
)

test('the prompt is pinned at the tail from the second step on, and is not recorded', async () => {
  await using at = await bench([calls('exec', { source: 'return 1' }), says('one'), says('two')])
  const thread = at.codex.startThread({ workingDirectory: at.folder.path })

  await thread.run('Count')
  await thread.run('Again')

  const [first, second, third] = at.provider.requests.map((request) => request.texts('user'))
  const pin = '<original-user-prompt>\nCount\n</original-user-prompt>'
  expect(first).not.toContain(pin)
  expect(second?.at(-1)).toBe(pin)
  expect(third).not.toContain(pin)
})

test('a script that fails tells the model where, with the calls that were done', async () => {
  const source = [
    'const list = await tools.listDir(".")',
    'const x: number = list.nope.length',
    'return x',
  ].join('\n')
  await using at = await bench([calls('exec', { source }), says('I see.')])
  const thread = at.codex.startThread({ workingDirectory: at.folder.path })

  await thread.run('Go')

  const output = at.provider.requests[1]?.outputOf('exec') ?? ''
  expect(output).toMatch(/^Script failed\n/)
  expect(output).toContain('script.ts:2:')
  expect(output).toContain('tools.listDir done')
  expect(output).not.toContain('node:internal')
})

test('a direct call that a model makes in script mode is answered all the same', async () => {
  await using at = await bench([calls('read_file', { file_path: 'a.txt' }), says('done')], {
    files: { 'a.txt': 'alpha' },
  })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path })

  await thread.run('Go')

  expect(at.provider.requests[0]?.toolNames).toEqual(['exec'])
  expect(at.provider.requests[1]?.outputOf('read_file')).toContain('alpha')
})

test('a script that goes on as a cell is waited for, also in a later turn', async () => {
  const source =
    '// @exec: {"yield_time_ms": 1}\nconst r = await tools.exec(\'sleep 0.5; echo late\')\nreturn r.stdout'
  await using at = await bench(
    [
      custom('exec', source),
      says('It runs.'),
      calls('wait', { cell_id: '1', yield_time_ms: 10_000 }),
      says('Done.'),
    ],
    customModel,
  )
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...open })

  await thread.run('Start')
  await thread.run('And now?')

  expect(at.provider.requests[1]?.outputOf('exec')).toMatch(/^Script running with cell ID 1\n/)
  expect(at.provider.requests[3]?.outputOf('wait')).toMatch(/^Script completed\n[\s\S]*late/)
})

test('stopping the turn stops its script and its calls, and the history stays whole', async () => {
  await using at = await bench([calls('exec', { source: "await tools.exec('sleep 30')" }), says('fine')])
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...open })

  for await (const event of thread.run('Go')) {
    if (event.type === 'item.started' && event.item.type === 'command_execution') break
  }
  const turn = await thread.run('Go on')

  expect(turn.finalResponse).toBe('fine')
  expect(at.provider.requests[1]?.outputOf('exec')).toMatch(/terminated|aborted/)
})

test('an approval pauses the script, and its clock, until it is answered', async () => {
  const refund = defineTool({
    name: 'refund',
    description: 'Refund an order.',
    input: z.object({ order: z.string() }),
    effects: ['external'],
    needsApproval: true,
    run: ({ order }) => `refunded ${order}`,
  })
  const source =
    "const said = await Promise.allSettled([tools.crm.refund({ order: '1' }), tools.crm.refund({ order: '2' })])\nreturn said.map((one) => one.value ?? one.reason.message)"
  await using at = await bench([calls('exec', { source }), says('done')], {
    packs: [{ slug: 'crm', namespace: 'crm', tools: [refund] }],
    limits: { script: { wallMs: 1000 } },
    approve: async ({ input }) => {
      await new Promise((resolve) => setTimeout(resolve, 1200))
      const approved = JSON.stringify(input).includes('"1"')
      return approved ? { decision: 'approved' } : { decision: 'denied', reason: 'not this one' }
    },
  })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path })

  await thread.run('Go')

  const output = at.provider.requests[1]?.outputOf('exec') ?? ''
  expect(output).toContain('refunded 1')
  expect(output).toMatch(/refund was not run: it was denied: not this one/)
})

test('under the policy never, a tool that asks is refused with the reason', async () => {
  const risky = defineTool({
    name: 'risky',
    description: 'x',
    input: z.object({}),
    needsApproval: true,
    run: () => 'ran',
  })
  await using at = await bench([calls('exec', { source: 'return await tools.risky()' }), says('done')], {
    packs: [{ slug: 'own', tools: [risky] }],
  })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path })

  await thread.run('Go')

  expect(at.provider.requests[1]?.outputOf('exec')).toMatch(/risky was not run: it needs a person's approval/)
})

test('an output that is too long is cut for the model and kept whole as a document that a script can read', async () => {
  const long = "return 'x'.repeat(60_000) + 'END'"
  await using at = await bench([
    calls('exec', { source: long }),
    (request) => {
      const [, fileKey] = /document (\S+?)\.\]/.exec(request.outputOf('exec') ?? '') ?? []
      return calls('exec', { source: `return (await tools.fc.get('${fileKey}', { offset: 60_000 })).text` })
    },
    says('done'),
  ])
  const thread = at.codex.startThread({ workingDirectory: at.folder.path })

  await thread.run('Go')

  expect(Buffer.byteLength(at.provider.requests[1]?.outputOf('exec') ?? '')).toBeLessThan(15_000)
  expect(at.provider.requests[2]?.outputOf('exec')).toContain('END')
})
