/** Tools find each other by name, and refuse names that two of them want. */

import { expect, test } from 'vitest'
import { z } from 'zod'
import {
  declarations,
  definePack,
  defineTool,
  inputFromArguments,
  ToolSet,
  validate,
} from '../../src/tools/index.ts'

const find = defineTool({
  name: 'find_customer',
  description: 'Find a customer.',
  input: z.object({ email: z.string(), limit: z.number().int().default(3) }),
  output: z.object({ id: z.string(), tags: z.array(z.string()) }),
  positional: ['email'],
  effects: ['network'],
  run: async ({ email, limit }) => ({ id: `${email}-${limit.toFixed(0)}`, tags: [] }),
})
const crm = definePack({ slug: 'my-crm', namespace: 'crm', tools: [find] })

test('a tool is found by its direct name, its script path and its aliases', () => {
  const set = new ToolSet([crm])

  expect(set.direct('crm_find_customer')?.tool).toBe(find)
  expect(set.inScript('crm.findCustomer')?.tool).toBe(find)
  expect(set.inScript('crm_find_customer')?.tool).toBe(find)
  expect(set.direct('crm_find')).toBeUndefined()
  expect(set.nearestDirect('crm_find_costumer')).toEqual(['crm_find_customer'])
})

test('two tools that want one name are refused with both origins', () => {
  const other = definePack({ slug: 'other-crm', namespace: 'crm', tools: [{ ...find }] })

  expect(() => new ToolSet([crm, other])).toThrow(
    /packs: find_customer of pack my-crm and find_customer of pack other-crm both want the name crm_find_customer/,
  )
})

test('a name that no provider takes, and a bound that no timer takes, are refused with their place', () => {
  const named = (length: number) =>
    new ToolSet([{ slug: 'odd', tools: [{ ...find, name: 'a'.repeat(length) }] }])
  const bounded = (timeoutMs: number) => new ToolSet([{ slug: 'odd', tools: [{ ...find, timeoutMs }] }])

  expect(() => named(65)).toThrow(/pack odd, tool a{65}: a{65} has 65 characters/)
  expect(() => bounded(2 ** 31)).toThrow(/pack odd, tool find_customer, timeoutMs: must be/)
  expect(named(64).tools).toHaveLength(1)
  expect(bounded(2 ** 31 - 1).tools).toHaveLength(1)
})

test('one tool selected by two packs is one tool', () => {
  const selection = definePack({ slug: 'selection', namespace: 'crm', tools: [find] })

  expect(new ToolSet([crm, selection]).tools).toHaveLength(1)
})

test.each(['spawn', 'then', 'constructor', 'BadName', 'a__b', ''])('the name %j is refused', (name) => {
  const declare = () => {
    return new ToolSet([definePack({ slug: 'x', tools: [{ ...find, name }] })])
  }

  expect(declare).toThrow(/reserved|snake case/)
})

test('pain 14: a schema that JSON Schema cannot say is refused with its place', () => {
  const tool = defineTool({
    name: 'at',
    description: 'x',
    input: z.object({ when: z.date() }),
    run: () => null,
  })

  expect(() => new ToolSet([definePack({ slug: 'x', tools: [tool] })])).toThrow(
    /pack x, tool at, input: .*Date/,
  )
})

test('positional values fill the declared fields, and one object always works', () => {
  const entry = new ToolSet([crm]).inScript('crm.findCustomer')
  if (entry === undefined) throw new Error('not registered')

  expect(inputFromArguments(entry, ['ann', { limit: 1 }])).toEqual({ email: 'ann', limit: 1 })
  expect(inputFromArguments(entry, ['ann'])).toEqual({ email: 'ann' })
  expect(inputFromArguments(entry, [{ email: 'ann' }])).toEqual({ email: 'ann' })
  expect(inputFromArguments(entry, [])).toEqual({})
  expect(() => inputFromArguments(entry, ['ann', 'bob'])).toThrow(/takes email, then one object/)
})

test('plain JSON Schema is checked without coercion', async () => {
  const schema = { type: 'object', properties: { n: { type: 'integer', minimum: 1 } }, required: ['n'] }

  expect(await validate(schema, { n: 2 })).toEqual({ ok: true, value: { n: 2 } })
  expect(await validate(schema, { n: '2' })).toMatchObject({
    ok: false,
    issues: [expect.stringContaining('n:')],
  })
})

test('declarations say what a script may pass and what it gets', () => {
  const text = declarations(new ToolSet([crm]).scriptTools)

  expect(text).toBe(
    [
      'declare const tools: {',
      '  crm: {',
      '    /** Find a customer. */',
      '    findCustomer(email: string, rest?: { limit?: number }): Promise<{ id: string; tags: string[] }>',
      '  }',
      '}',
    ].join('\n'),
  )
})
