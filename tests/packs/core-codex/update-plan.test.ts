/** update_plan, as the model calls it; texts and items were recorded from Codex 0.169.0. */

import { expect, test } from 'vitest'
import { updatePlan } from '../../../src/packs/core-codex/index.ts'
import { toolCalls } from '../../support/tool-calls.ts'

test('a plan is answered in two words and shows as a list', async () => {
  await using tools = await toolCalls([updatePlan])

  const answer = await tools.answer('update_plan', {
    plan: [
      { step: 'read', status: 'completed' },
      { step: 'write', status: 'in_progress' },
    ],
  })

  expect(answer).toBe('Plan updated')
  expect(tools.shown[0]).toEqual({
    state: 'started',
    item: {
      type: 'todo_list',
      items: [
        { text: 'read', completed: true },
        { text: 'write', completed: false },
      ],
    },
  })
})

test.each([[{ plan: [{ step: 'a', status: 'bogus' }] }], [{}]])('%j is refused', async (input) => {
  await using tools = await toolCalls([updatePlan])

  const outcome = await tools.call('update_plan', input)

  expect(outcome).toMatchObject({ ok: false, error: { code: 'invalid_arguments' } })
  expect(tools.shown).toEqual([])
})
