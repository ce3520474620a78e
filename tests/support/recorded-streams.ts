/** Streams as the providers send them, written by hand from their documentation: reasoning, text, two calls. */

import { chatStream, messagesStream, responsesStream } from './sse-server.ts'

const TEXT = ['I will ', 'look at both — ', 'naïve façade 🙂.']

/** A whole response of the Responses API. */
export const recordedResponses = responsesStream(
  { type: 'response.created', response: { id: 'resp_1', status: 'in_progress', output: [] } },
  { type: 'response.in_progress', response: { id: 'resp_1', status: 'in_progress' } },
  {
    type: 'response.output_item.added',
    output_index: 0,
    item: { id: 'rs_1', type: 'reasoning', summary: [] },
  },
  { type: 'response.reasoning_summary_part.added', item_id: 'rs_1', output_index: 0, summary_index: 0 },
  {
    type: 'response.reasoning_summary_text.delta',
    item_id: 'rs_1',
    output_index: 0,
    summary_index: 0,
    delta: 'Two files.',
  },
  {
    type: 'response.output_item.done',
    output_index: 0,
    item: {
      id: 'rs_1',
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: 'Two files.' }],
      encrypted_content: 'gAAAAB',
    },
  },
  {
    type: 'response.output_item.added',
    output_index: 1,
    item: { id: 'msg_1', type: 'message', role: 'assistant', status: 'in_progress', content: [] },
  },
  ...TEXT.map((delta) => ({
    type: 'response.output_text.delta',
    item_id: 'msg_1',
    output_index: 1,
    content_index: 0,
    delta,
  })),
  {
    type: 'response.output_item.done',
    output_index: 1,
    item: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      status: 'completed',
      phase: 'commentary',
      content: [{ type: 'output_text', text: TEXT.join(''), annotations: [] }],
    },
  },
  {
    type: 'response.output_item.added',
    output_index: 2,
    item: { id: 'fc_1', type: 'function_call', call_id: 'call_1', name: 'read_file', arguments: '' },
  },
  {
    type: 'response.function_call_arguments.delta',
    item_id: 'fc_1',
    output_index: 2,
    delta: '{"path":"plan.md"}',
  },
  {
    type: 'response.output_item.done',
    output_index: 2,
    item: {
      id: 'fc_1',
      type: 'function_call',
      status: 'completed',
      call_id: 'call_1',
      name: 'read_file',
      arguments: '{"path":"plan.md"}',
    },
  },
  {
    type: 'response.output_item.done',
    output_index: 3,
    item: {
      id: 'ctc_1',
      type: 'custom_tool_call',
      call_id: 'call_2',
      name: 'exec',
      input: 'text(await tools.readFile("b.md"))',
    },
  },
  {
    type: 'response.completed',
    response: {
      id: 'resp_1',
      status: 'completed',
      usage: {
        input_tokens: 120,
        input_tokens_details: { cached_tokens: 100, cache_write_tokens: 0 },
        output_tokens: 30,
        output_tokens_details: { reasoning_tokens: 8 },
        total_tokens: 150,
      },
    },
  },
)

const chunk = (delta: object, finish_reason: string | null = null) => ({
  id: 'gen-1',
  object: 'chat.completion.chunk',
  created: 1_763_700_000,
  model: 'any',
  choices: [{ index: 0, delta, finish_reason }],
})

/** A whole response of the Chat API, as OpenRouter sends it. */
export const recordedChat = chatStream(
  ': OPENROUTER PROCESSING\n\n',
  chunk({ role: 'assistant', content: '' }),
  chunk({
    reasoning: 'Two ',
    reasoning_details: [{ type: 'reasoning.text', text: 'Two ', index: 0, format: 'x' }],
  }),
  chunk({
    reasoning: 'files.',
    reasoning_details: [{ type: 'reasoning.text', text: 'files.', index: 0, signature: 'sig' }],
  }),
  ': OPENROUTER PROCESSING\n\n',
  ...TEXT.map((content) => chunk({ content })),
  chunk({
    tool_calls: [
      { index: 0, id: 'call_1', type: 'function', function: { name: 'read_file', arguments: '' } },
    ],
  }),
  chunk({ tool_calls: [{ index: 0, function: { arguments: '{"path":' } }] }),
  chunk({ tool_calls: [{ index: 0, function: { arguments: '"plan.md"}' } }] }),
  chunk({
    tool_calls: [
      { index: 1, id: 'call_2', type: 'function', function: { name: 'exec', arguments: '{"inp' } },
    ],
  }),
  chunk({ tool_calls: [{ index: 1, function: { arguments: 'ut":"text(1)"}' } }] }),
  chunk({}, 'tool_calls'),
  {
    id: 'gen-1',
    object: 'chat.completion.chunk',
    choices: [],
    usage: {
      prompt_tokens: 120,
      completion_tokens: 30,
      total_tokens: 150,
      cost: 0.0001,
      prompt_tokens_details: { cached_tokens: 100, cache_write_tokens: 5 },
      completion_tokens_details: { reasoning_tokens: 8 },
    },
  },
  'data: [DONE]\n\n',
)

const DONE = 'data: [DONE]\n\n'
const call = (fragment: object, more: object = {}) => chunk({ tool_calls: [fragment], ...more })

/** Responses of the Chat API by who sends them, or by what is odd about them. */
export const chatRecordings = {
  /** Two calls whose fragments are mixed. */
  openai: chatStream(
    chunk({ role: 'assistant', content: null, refusal: null }),
    call({ index: 0, id: 'call_1', type: 'function', function: { name: 'view', arguments: '' } }),
    call({ index: 1, id: 'call_2', type: 'function', function: { name: 'view', arguments: '' } }),
    call({ index: 0, function: { arguments: '{"n"' } }),
    call({ index: 1, function: { arguments: '{"n":2' } }),
    call({ index: 0, function: { arguments: ':1}' } }),
    call({ index: 1, function: { arguments: '}' } }),
    chunk({}, 'tool_calls'),
    { id: 'gen-1', choices: [], usage: { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 } },
    DONE,
  ),
  /** Signed thoughts on the first of two whole calls and behind the text; usage in each chunk, thoughts in its total alone. */
  gemini: chatStream(
    chunk({ role: 'assistant', content: 'I look.' }),
    chunk({ role: 'assistant', content: '', extra_content: { google: { thought_signature: 'text-sig' } } }),
    call({
      index: 0,
      id: 'function-call-1',
      type: 'function',
      function: { name: 'view', arguments: '{"n":1}' },
      extra_content: { google: { thought_signature: 'call-sig' } },
    }),
    call({
      index: 0,
      id: 'function-call-2',
      type: 'function',
      function: { name: 'view', arguments: '{"n":2}' },
    }),
    {
      ...chunk({ role: 'assistant' }, 'stop'),
      usage: { prompt_tokens: 10, completion_tokens: 20, total_tokens: 37 },
    },
    DONE,
  ),
  geminiUnsafe: chatStream(chunk({ content: 'half' }), chunk({}, 'content_filter: SAFETY'), DONE),
  geminiMalformedCall: chatStream(
    chunk({ content: '' }, 'function_call_filter: MALFORMED_FUNCTION_CALL'),
    DONE,
  ),
  /** Comments that keep the connection open; a word of its own for what came from the cache. */
  deepseek: chatStream(
    ': keep-alive\n\n',
    chunk({ role: 'assistant', content: null, reasoning_content: '' }),
    chunk({ content: null, reasoning_content: 'One ' }),
    ': keep-alive\n\n',
    chunk({ content: null, reasoning_content: 'file.' }),
    chunk({ content: 'I look.', reasoning_content: null }),
    call({ index: 0, id: 'call_00_a', type: 'function', function: { name: 'view', arguments: '{"n":1}' } }),
    {
      ...chunk({ content: '', reasoning_content: null }, 'tool_calls'),
      usage: {
        prompt_tokens: 30,
        completion_tokens: 5,
        total_tokens: 35,
        prompt_cache_hit_tokens: 24,
        prompt_cache_miss_tokens: 6,
      },
    },
    DONE,
  ),
  deepseekOverloaded: chatStream(chunk({ content: 'half' }), chunk({}, 'insufficient_system_resource'), DONE),
  /** Later fragments have an empty id and name. */
  qwen: chatStream(
    chunk({ role: 'assistant', content: null, reasoning_content: 'One file.' }),
    call({ index: 0, id: 'call_q', type: 'function', function: { name: 'view', arguments: '{"n"' } }),
    call({ index: 0, id: '', type: 'function', function: { name: '', arguments: ':1}' } }),
    call({ index: 0, id: '', function: { name: null, arguments: null } }),
    chunk({ content: '' }, 'tool_calls'),
    DONE,
  ),
  /** Whole calls that have neither ids nor numbers of their own, with arguments as objects. */
  ollama: chatStream(
    chunk({ role: 'assistant', content: '', reasoning: 'Two files.' }),
    call({ index: 0, function: { name: 'view', arguments: { n: 1 } } }),
    call({ index: 0, function: { name: 'view', arguments: { n: 2 } } }),
    chunk({ role: 'assistant', content: '' }, 'stop'),
    DONE,
  ),
  /** Figures of its own beside the usage. */
  llamacpp: chatStream(
    chunk({ role: 'assistant', content: null }),
    chunk({ reasoning_content: 'One file.' }),
    call({ index: 0, id: '', type: 'function', function: { name: 'view', arguments: '{' } }),
    call({ index: 0, function: { arguments: '"n":1}' } }),
    chunk({}, 'tool_calls'),
    {
      id: 'gen-1',
      choices: [],
      usage: { prompt_tokens: 8, completion_tokens: 6, total_tokens: 14 },
      timings: { prompt_n: 8, predicted_n: 6 },
    },
    DONE,
  ),
  /** A new id with every fragment; no usage, no `[DONE]`. */
  vllm: chatStream(
    chunk({ role: 'assistant', content: '' }),
    chunk({ reasoning: 'One file.', reasoning_content: 'One file.' }),
    call({ index: 0, id: 'chatcmpl-tool-1', type: 'function', function: { name: 'view' } }),
    call({ index: 0, id: 'chatcmpl-tool-2', function: { arguments: '{"n"' } }),
    call({ index: 0, id: 'chatcmpl-tool-3', function: { arguments: ':1}' } }),
    chunk({}, 'tool_calls'),
  ),
  /** All in one chunk, and not as a delta. */
  oneChunk: chatStream(
    {
      id: 'gen-1',
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          finish_reason: 'stop',
          message: {
            role: 'assistant',
            content: 'I look.',
            tool_calls: [
              { id: 'a', type: 'function', function: { name: 'view', arguments: '{"n":1}' } },
              { id: 'b', type: 'function', function: { name: 'view', arguments: '{"n":2}' } },
            ],
          },
        },
      ],
      usage: { prompt_tokens: 8, completion_tokens: 6, total_tokens: 14 },
    },
    DONE,
  ),
  /** OpenRouter's upstream gave up after the answer had begun. */
  openrouterBroken: chatStream(': OPENROUTER PROCESSING\n\n', chunk({ content: 'half' }), {
    ...chunk({ content: '' }, 'error'),
    error: {
      code: 502,
      message: 'Upstream is down',
      metadata: { error_type: 'provider_overloaded', provider_code: 'overloaded' },
    },
  }),
} as const

const block = (index: number, content_block: object, ...deltas: readonly object[]) => [
  { type: 'content_block_start', index, content_block },
  ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
  { type: 'content_block_stop', index },
]

/** A whole response of the Messages API: thinking, redacted thinking, text, two calls. */
export const recordedMessages = messagesStream(
  {
    type: 'message_start',
    message: {
      id: 'msg_01',
      type: 'message',
      role: 'assistant',
      model: 'any',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: {
        input_tokens: 15,
        cache_creation_input_tokens: 5,
        cache_read_input_tokens: 100,
        cache_creation: { ephemeral_5m_input_tokens: 5, ephemeral_1h_input_tokens: 0 },
        output_tokens: 1,
        service_tier: 'standard',
      },
    },
  },
  { type: 'ping' },
  ...block(
    0,
    { type: 'thinking', thinking: '', signature: '' },
    { type: 'thinking_delta', thinking: 'Two ' },
    { type: 'thinking_delta', thinking: 'files.' },
    { type: 'signature_delta', signature: 'EqQBCgIYAhIM' },
  ),
  ...block(1, { type: 'redacted_thinking', data: 'EmwKAhgBEgy3va3pzix' }),
  ...block(
    2,
    { type: 'text', text: '', citations: null },
    ...TEXT.map((text) => ({ type: 'text_delta', text })),
  ),
  { type: 'ping' },
  ...block(
    3,
    { type: 'tool_use', id: 'toolu_1', name: 'read_file', input: {} },
    { type: 'input_json_delta', partial_json: '' },
    { type: 'input_json_delta', partial_json: '{"path":' },
    { type: 'input_json_delta', partial_json: '"plan.md"}' },
  ),
  ...block(
    4,
    { type: 'tool_use', id: 'toolu_2', name: 'exec', input: {} },
    { type: 'input_json_delta', partial_json: '{"inp' },
    { type: 'input_json_delta', partial_json: 'ut":"text(1)"}' },
  ),
  {
    type: 'message_delta',
    delta: { stop_reason: 'tool_use', stop_sequence: null },
    usage: {
      input_tokens: 15,
      cache_creation_input_tokens: 5,
      cache_read_input_tokens: 100,
      output_tokens: 30,
      output_tokens_details: { thinking_tokens: 8 },
    },
  },
  { type: 'message_stop' },
)
