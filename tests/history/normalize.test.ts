/** What every wire API may rely on, whatever was recorded. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createNormalizer, normalize } from '../../src/history/index.ts'
import type {
  CallItem,
  CallOutputItem,
  MessageItem,
  ReasoningItem,
  ResponseItem,
} from '../../src/protocol/response-item.ts'

const user = (text: string): MessageItem => ({
  type: 'message',
  role: 'user',
  content: [{ type: 'input_text', text }],
})
const assistant = (text: string): MessageItem => ({
  type: 'message',
  role: 'assistant',
  content: [{ type: 'output_text', text }],
})
const reasoning = (id: string): ReasoningItem => ({ type: 'reasoning', id, summary: [] })
const call = (id: string): CallItem => ({ type: 'function_call', call_id: id, name: 'exec', arguments: '{}' })
const custom = (id: string): CallItem => ({ type: 'custom_tool_call', call_id: id, name: 'exec', input: '' })
const output = (id: string, text = 'done'): CallOutputItem => ({
  type: 'function_call_output',
  call_id: id,
  output: text,
})
const aborted = (id: string): CallOutputItem => ({
  type: 'function_call_output',
  id: `${id}_aborted`,
  call_id: id,
  output: 'aborted',
  success: false,
})

describe('a history', () => {
  const check = (items: readonly ResponseItem[], expected: readonly ResponseItem[]) =>
    expect(normalize(items)).toEqual(expected)

  test('that is well-formed stays as it is, object by object', () => {
    const items = [
      user('go'),
      reasoning('r1'),
      assistant('Two calls.'),
      call('a'),
      call('b'),
      output('a'),
      output('b'),
      reasoning('r2'),
      assistant('Done.'),
    ]

    const normalized = normalize(items)

    expect(normalized).toHaveLength(items.length)
    for (const [index, item] of items.entries()) expect(normalized[index]).toBe(item)
  })

  test('pain 1: with an open call gets an aborted output for it, the same one each time', () => {
    check([user('go'), call('a')], [user('go'), call('a'), aborted('a')])
    check([call('a'), user('stop')], [call('a'), aborted('a'), user('stop')])
    check([call('a'), call('b'), output('b')], [call('a'), call('b'), output('b'), aborted('a')])

    const [, answer] = normalize([{ ...custom('a'), id: 'ctc_1', turnId: 't1', agentId: 'planner' }])
    expect(answer).toEqual({
      type: 'custom_tool_call_output',
      id: 'ctc_1_aborted',
      call_id: 'a',
      output: 'aborted',
      success: false,
      turnId: 't1',
      agentId: 'planner',
    })
  })

  test('pain 2: with an output whose call is gone, or comes later, loses the output', () => {
    check([output('a'), user('go')], [user('go')])
    check([output('a'), call('a')], [call('a'), aborted('a')])
  })

  test('with two outputs of one call keeps the first', () => {
    check([call('a'), output('a', 'first'), output('a', 'second')], [call('a'), output('a', 'first')])
  })

  test('with two calls of one id gives the second another, and each its own output', () => {
    check(
      [call('a'), output('a', 'one'), assistant('again'), call('a'), output('a', 'two'), call('a')],
      [
        call('a'),
        output('a', 'one'),
        assistant('again'),
        call('a-2'),
        output('a-2', 'two'),
        call('a-3'),
        aborted('a-3'),
      ],
    )
    check(
      [call('a-2'), call('a'), call('a')],
      [call('a-2'), call('a'), call('a-3'), aborted('a-2'), aborted('a'), aborted('a-3')],
    )
    expect(normalize(['a-2', 'a-3', 'a', 'a'].map(call)).slice(0, 4)).toEqual(
      ['a-2', 'a-3', 'a', 'a-4'].map(call),
    )
    check([call(''), output('')], [call('call'), output('call')])
  })

  test('with an output behind something else moves it up to its calls', () => {
    check([call('a'), user('hurry'), output('a')], [call('a'), output('a'), user('hurry')])
    check(
      [call('a'), call('b'), output('b'), assistant('next'), call('c'), output('c'), output('a')],
      [call('a'), call('b'), output('b'), output('a'), assistant('next'), call('c'), output('c')],
    )
  })

  test('with an output of the wrong kind gets one of the right kind', () => {
    check([custom('a'), output('a')], [custom('a'), { ...output('a'), type: 'custom_tool_call_output' }])
  })

  test('pain 3: keeps reasoning in front of what it led to, and drops what led to nothing', () => {
    check(
      [reasoning('r1'), reasoning('r2'), call('a'), output('a')],
      [reasoning('r1'), reasoning('r2'), call('a'), output('a')],
    )
    check([reasoning('r1'), user('go'), reasoning('r2')], [user('go')])
    check([reasoning('r1'), assistant(''), user('go')], [user('go')])
    check([reasoning('r1'), assistant(''), call('a'), output('a')], [reasoning('r1'), call('a'), output('a')])
  })

  test('has no id that a provider would refuse, where the calls had none', () => {
    const long = 'c'.repeat(64)
    const items = normalize([call(long), output(long), call(long), output(long), call('a|b')])

    const [, , second] = items
    expect(second).toMatchObject({ call_id: `${'c'.repeat(62)}-2` })
    expect(items.at(-1)).toMatchObject({ call_id: 'a|b', output: 'aborted' })
    expect(items.at(-1)).not.toHaveProperty('id')
  })

  test('loses messages without text or image, and empty text of the others', () => {
    const image = { type: 'input_image' as const, image_url: 'data:,' }
    const empty = { type: 'input_text' as const, text: '' }

    check([{ ...user(''), content: [] }, user(''), assistant('')], [])
    check([{ ...user(''), content: [empty, image, empty] }], [{ ...user(''), content: [image] }])
  })
})

/** Random histories; each item carries its place in `turnId`, which survives all that normalizing does. */
const histories = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...['a', 'b', 'c', 'a-2', ''].map(call)) },
      { weight: 2, arbitrary: fc.constantFrom(...['a', 'b'].map(custom)) },
      { weight: 5, arbitrary: fc.constantFrom(...['a', 'b', 'c', 'a-2', ''].map((id) => output(id))) },
      { weight: 2, arbitrary: fc.constant(reasoning('r')) },
      { weight: 2, arbitrary: fc.constantFrom(user('hi'), user('')) },
      { weight: 2, arbitrary: fc.constantFrom(assistant('ok'), assistant('')) },
      { weight: 1, arbitrary: fc.constant<ResponseItem>({ type: 'web_search_call' }) },
    ),
    { maxLength: 24, size: 'max' },
  )
  .map((items) => items.map((item, place): ResponseItem => ({ ...item, turnId: String(place) })))

const isCall = (item: ResponseItem) => item.type === 'function_call' || item.type === 'custom_tool_call'
const isOutput = (item: ResponseItem) => item.type.endsWith('call_output')
const isFromModel = (item: ResponseItem) =>
  isCall(item) || item.type === 'web_search_call' || (item.type === 'message' && item.role === 'assistant')
const idOf = (item: ResponseItem) => ('call_id' in item ? item.call_id : '')

describe('of 10,000 random histories', () => {
  const always = (holds: (items: ResponseItem[]) => void, numRuns: number) =>
    fc.assert(fc.property(histories, holds), { numRuns })

  test('pain 2: each call has one output of its kind, after it and before anything of another response', () => {
    always((items) => {
      const open = new Map<string, ResponseItem>()
      const used = new Set<string>()
      let isAnswering = false
      for (const item of normalize(items)) {
        if (isOutput(item)) {
          expect(item.type).toBe(`${open.get(idOf(item))?.type}_output`)
          open.delete(idOf(item))
          isAnswering = true
          continue
        }
        // A run of calls may hold what else the model said; its outputs close it.
        if (isAnswering || !(isFromModel(item) || item.type === 'reasoning'))
          expect([...open.keys()]).toEqual([])
        isAnswering = false
        if (!isCall(item)) continue
        expect(idOf(item)).not.toBe('')
        expect(used.has(idOf(item))).toBe(false)
        used.add(idOf(item))
        open.set(idOf(item), item)
      }
      expect([...open.keys()]).toEqual([])
    }, 3_000)
  })

  test('every call and every message that says something survives, and nothing but outputs changes its place', () => {
    always((items) => {
      const places = (list: readonly ResponseItem[]) =>
        list.filter((item) => !isOutput(item)).map((item) => item.turnId)
      const saysNothing = (item: ResponseItem) =>
        item.type === 'message' &&
        item.content.every((part) => part.type !== 'input_image' && part.text === '')

      const kept = places(normalize(items).filter((item) => item.type !== 'reasoning'))

      expect(kept).toEqual(places(items.filter((item) => item.type !== 'reasoning' && !saysNothing(item))))
    }, 1_500)
  })

  test('pain 3: reasoning is always followed by what it led to, in its old order', () => {
    always((items) => {
      const normalized = normalize(items)
      for (const [index, item] of normalized.entries()) {
        if (item.type !== 'reasoning') continue
        const next = normalized[index + 1]
        expect(next !== undefined && (next.type === 'reasoning' || isFromModel(next))).toBe(true)
      }
      const places = normalized.filter((item) => !isOutput(item)).map((item) => Number(item.turnId))
      expect(places).toEqual([...places].sort((one, other) => one - other))
    }, 1_500)
  })

  test('normalizing again changes nothing, not even an object', () => {
    always((items) => {
      const once = normalize(items)
      const twice = normalize(once)
      expect(twice.length).toBe(once.length)
      for (const [index, item] of once.entries()) expect(twice[index]).toBe(item)
    }, 1_500)
  })

  test('a normalizer that saw the history grow, or saw another one, answers as if it had seen nothing', () => {
    fc.assert(
      fc.property(histories, histories, fc.array(fc.nat(24), { maxLength: 5 }), (items, others, cuts) => {
        const grown = createNormalizer()
        grown(others)
        for (const cut of [...cuts.sort((one, other) => one - other), items.length, 3, items.length]) {
          const part = items.slice(0, cut)
          expect(grown(part)).toEqual(normalize(part))
        }
      }),
      { numRuns: 1_500 },
    )
  })

  test('the input is left alone', () => {
    always((items) => {
      const before = structuredClone(items)
      normalize(Object.freeze(items) as ResponseItem[])
      expect(items).toEqual(before)
    }, 1_000)
  })
})
