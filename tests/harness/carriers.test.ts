/** How scripts reach us from a model, and what the model reads of them. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  execFreeformSpec,
  execFunctionSpec,
  parseExecRequest,
  renderCell,
  reportOf,
  type ScriptResult,
  ToolCallsDetector,
  toolCallsInstructions,
  waitSpec,
} from '../../src/harness/index.ts'

describe('the first line of exec', () => {
  test('may set how the call goes, and stays in the source so that lines keep their numbers', () => {
    const source = '// @exec: {"yield_time_ms": 500, "max_output_tokens": 0}\nreturn 1'

    expect(parseExecRequest(source)).toEqual({ source, yieldTimeMs: 500, maxOutputTokens: 0 })
  })

  test('may be missing', () => {
    expect(parseExecRequest('return 1 // @exec: {}')).toEqual({ source: 'return 1 // @exec: {}' })
  })

  test.each([
    ['', 'no script'],
    [' \n', 'no script'],
    ['// @exec: {}', 'no script after it'],
    ['// @exec: {}\n  ', 'no script after it'],
    ['// @exec: {\nreturn 1', 'not JSON'],
    ['// @exec: [1]\nreturn 1', 'JSON object'],
    ['// @exec: {"yield": 1}\nreturn 1', 'not yield'],
    ['// @exec: {"yield_time_ms": -1}\nreturn 1', 'whole number'],
    ['// @exec: {"max_output_tokens": 9007199254740992}\nreturn 1', 'whole number'],
  ])('%j is refused: %s', (source, message) => {
    expect(() => parseExecRequest(source)).toThrow(message)
  })
})

describe('the tools that carry scripts', () => {
  const declarations = 'declare const tools: { echo(args: { text: string }): Promise<string> }'

  test('say what the tools are', () => {
    const texts = [
      execFreeformSpec({ declarations }).description,
      execFunctionSpec({ declarations }).description,
      toolCallsInstructions({ declarations }),
    ]

    for (const text of texts) expect(text).toContain(declarations)
  })

  test('are a free-text exec with a grammar, a wait, and an exec that takes the source as a field', () => {
    expect(execFreeformSpec({ declarations })).toMatchObject({
      type: 'custom',
      name: 'exec',
      format: { type: 'grammar', syntax: 'lark' },
    })
    expect(waitSpec()).toMatchObject({
      type: 'function',
      name: 'wait',
      parameters: { required: ['cell_id'], properties: { yield_time_ms: {}, max_tokens: {}, terminate: {} } },
    })
    expect(execFunctionSpec({ declarations })).toMatchObject({
      type: 'function',
      name: 'exec',
      parameters: { required: ['source'] },
    })
  })
})

describe('a block of tool calls in streamed text', () => {
  const detect = (pieces: readonly string[]) => {
    const detector = new ToolCallsDetector()
    const shown = pieces.map((piece) => detector.push(piece).prose)
    const { prose, source, isComplete } = detector.end()
    return { prose: shown.join('') + prose, source, isComplete }
  }

  test('is a script, and no piece of it is shown', () => {
    const text = 'I look.\n<tool-calls>\nconst a = 1 < 2\nreturn a\n</tool-calls>\nDone.'

    expect(detect([text])).toEqual({
      prose: 'I look.\n\nDone.',
      source: 'const a = 1 < 2\nreturn a',
      isComplete: true,
    })
  })

  test('is found however the stream cuts it', () => {
    const text = 'a < b <tool-calls>return "<tool" + "</tool-call"\n</tool-calls> c <'
    const whole = { prose: 'a < b  c <', source: 'return "<tool" + "</tool-call"', isComplete: true }

    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: text.length })), (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), text.length]
        const pieces = edges.slice(1).map((edge, index) => text.slice(edges[index], edge))
        expect(detect(pieces)).toEqual(whole)
      }),
    )
  })

  test('that never ends is told apart', () => {
    expect(detect(['<tool-calls>return 1</tool-'])).toEqual({
      prose: '',
      source: 'return 1',
      isComplete: false,
    })
  })

  test('that is not there leaves the text as it is', () => {
    expect(detect(['a <tool', 's> b'])).toEqual({ prose: 'a <tools> b', source: undefined, isComplete: true })
  })

  test('holds back only what may begin a tag', () => {
    const detector = new ToolCallsDetector()

    expect(detector.push('so <tool')).toEqual({ prose: 'so ' })
    expect(detector.push('box>')).toEqual({ prose: '<toolbox>' })
  })
})

describe('what the model reads', () => {
  const nothing = { output: [], calls: [], logs: [], warnings: [] }
  const read = (result: ScriptResult) => renderCell(reportOf(result, 1_234))

  test('is a header and what was returned', () => {
    expect(read({ ok: true, value: { a: [1] }, ...nothing })).toBe(
      'Script completed\nWall time 1.2 seconds\nOutput:\n{\n  "a": [\n    1\n  ]\n}',
    )
  })

  test('says what JSON cannot', () => {
    const value = { big: 1n, map: new Map([['a', Number.NaN]]), bytes: new Uint8Array(3) }

    expect(JSON.parse(String(read({ ok: true, value, ...nothing })).split('Output:\n')[1] ?? '')).toEqual({
      big: '1n',
      map: [['a', 'NaN']],
      bytes: '<3 bytes>',
    })
  })

  test('has the outputs in their order, then the console, the value and the warnings', () => {
    const result: ScriptResult = {
      ok: true,
      value: 'end',
      calls: [],
      output: [{ type: 'text', text: 'one' }],
      logs: [
        { level: 'log', text: 'two' },
        { level: 'error', text: 'three' },
      ],
      warnings: ['four'],
    }

    expect(String(read(result)).split('Output:\n')[1]).toBe(
      'one\nConsole:\ntwo\nerror: three\nend\nWarning: four',
    )
  })

  test('of a failure is the error with its frame, and which calls not to repeat', () => {
    const call = { callId: 'exec-1', durationMs: 1 }
    const result: ScriptResult = {
      ok: false,
      ...nothing,
      error: {
        kind: 'runtime',
        message: 'Error: no (script.ts:2:3)',
        line: 2,
        column: 3,
        frame: '2 | x\n  | ^',
      },
      calls: [
        { ...call, path: 'write', state: 'done' },
        { ...call, path: 'fetch', state: 'failed', message: 'offline\nmore' },
        { ...call, path: 'exec', state: 'never-started' },
      ],
    }

    expect(read(result)).toBe(
      [
        'Script failed\nWall time 1.2 seconds\nOutput:\nScript error:\nError: no (script.ts:2:3)\n2 | x\n  | ^',
        'Calls before the end (do not repeat those that are done):',
        '✓ tools.write done\n✗ tools.fetch failed: offline\n· tools.exec never started',
      ].join('\n'),
    )
  })

  test('with an image is parts, and only text is cut', () => {
    const image = { type: 'image', imageUrl: 'data:image/png;base64,AA', detail: 'high' } as const
    const result: ScriptResult = { ok: true, value: 'x'.repeat(100), ...nothing, output: [image] }

    const parts = renderCell(reportOf(result, 0), { mode: 'tokens', limit: 5 })

    expect(parts).toEqual([
      { type: 'input_text', text: 'Script completed\nWall time 0.0 seconds\nOutput:\n' },
      { type: 'input_image', image_url: 'data:image/png;base64,AA', detail: 'high' },
      { type: 'input_text', text: expect.stringContaining('tokens truncated') },
    ])
  })

  test('of a script that still runs names its cell', () => {
    const report = { cellId: '7', state: 'running', wallMs: 0, output: [], logs: [] } as const

    expect(renderCell(report)).toBe('Script running with cell ID 7\nWall time 0.0 seconds\nOutput:\n')
  })
})
