/** Histories that nobody would write by hand, as each wire API is sent them. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { heardBy, normalize } from '../../src/history/index.ts'
import type { ProviderData, ResponseItem } from '../../src/protocol/response-item.ts'
import type { ToolSpec } from '../../src/protocol/tool-spec.ts'
import { says, startProvider } from '../../src/testing/index.ts'
import { clientFor, eventsOf, requestWith } from '../support/model-client.ts'

const HISTORIES = 10_000
const WIRES = ['responses', 'chat', 'messages'] as const

const tools: ToolSpec[] = [
  { type: 'custom', name: 'exec', description: 'Runs a script.' },
  {
    type: 'function',
    name: 'view',
    description: 'Shows a page.',
    parameters: { type: 'object', properties: {} },
    strict: false,
  },
]

const PICTURE = 'data:image/png;base64,iVBORw0KGgo='

const text = fc.constantFrom('', ' ', 'Yes. ', 'Look: é', 'x'.repeat(50))
const callId = fc.constantFrom('', 'c1', 'c2', 'c1-2', 'a|b', 'ü', 'c'.repeat(64))
const name = fc.constantFrom('view', 'exec', 'gone')
/** Of this provider, of another, or of nobody. */
const mark = fc.constantFrom<ProviderData | undefined>(
  undefined,
  ...WIRES.map((wireApi): ProviderData => {
    const block = { type: 'thinking', thinking: 'Hm.', signature: 'signed' }
    return { provider: 'local', model: 'any', data: { wireApi, field: 'reasoning', block } }
  }),
  { provider: 'elsewhere', model: 'any', data: { wireApi: 'responses' } },
)
const marked = <Item extends ResponseItem>(item: fc.Arbitrary<Item>): fc.Arbitrary<ResponseItem> =>
  fc.tuple(item, mark).map(([bare, providerData]) => ({
    ...bare,
    ...(providerData !== undefined && { providerData }),
  }))

const item: fc.Arbitrary<ResponseItem> = fc.oneof(
  fc.tuple(fc.constantFrom('user', 'developer'), text).map(([role, said]) => ({
    type: 'message',
    role,
    content: [{ type: 'input_text', text: said }],
  })),
  text.map((said) => ({
    type: 'message',
    role: 'assistant',
    content: [{ type: 'output_text', text: said }],
  })),
  fc.constant({ type: 'message', role: 'user', content: [{ type: 'input_image', image_url: PICTURE }] }),
  marked(
    text.map((thought) => ({
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: thought }],
      encrypted_content: 'sealed',
    })),
  ),
  fc
    .tuple(callId, name, fc.constantFrom('{}', '{"p":1}', '{"p"', '[]', ''))
    .map(([call_id, tool, args]) => ({ type: 'function_call', call_id, name: tool, arguments: args })),
  callId.map((call_id) => ({ type: 'custom_tool_call', call_id, name: 'exec', input: 'text(1)' })),
  fc
    .tuple(callId, fc.constantFrom('function_call_output', 'custom_tool_call_output'), text, fc.boolean())
    .map(([call_id, type, output, success]) => ({ type, call_id, output, success })),
  callId.map((call_id) => ({
    type: 'function_call_output',
    call_id,
    output: [
      { type: 'input_text', text: 'See:' },
      { type: 'input_image', image_url: PICTURE },
    ],
  })),
  fc.constant({ type: 'web_search_call', status: 'completed' }),
) as fc.Arbitrary<ResponseItem>

const voice = fc.constantFrom(undefined, undefined, 'ann', 'bob')
const histories = fc.array(fc.tuple(item, voice, fc.boolean()), { maxLength: 20 }).map((list) =>
  list.map(
    ([each, agentId, isRecorded]): ResponseItem => ({
      ...each,
      ...(agentId !== undefined && { agentId }),
      ...(isRecorded && { turnId: 'turn' }),
    }),
  ),
)

test(`${HISTORIES} random histories are taken by every wire API`, async () => {
  for (const wireApi of WIRES) {
    await using provider = await startProvider([], { wireApi, whenScriptEnds: says('Hi.') })
    const client = await clientFor(provider.url, wireApi)
    const ends = fc.asyncProperty(histories, voice, fc.boolean(), async (history, agentId, hasTools) => {
      const input = heardBy(agentId, normalize(history))

      const events = await eventsOf(client, requestWith({ input, tools: hasTools ? tools : [] }))

      expect(events.at(-1)?.type).toBe('completed')
    })

    await fc.assert(ends, { numRuns: Math.ceil(HISTORIES / WIRES.length) })
  }
})
