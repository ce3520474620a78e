/** update_plan: the steps of the work, as the model sees them now. */

import { z } from 'zod'
import { defineTool } from '../../tools/tool.ts'

const Input = z.object({
  explanation: z.string().optional().describe('Why the plan changed'),
  plan: z.array(
    z.object({
      step: z.string(),
      status: z.enum(['pending', 'in_progress', 'completed']),
    }),
  ),
})
type Input = z.infer<typeof Input>

export const updatePlan = defineTool({
  name: 'update_plan',
  description:
    'Show the user the steps of your work. Send the whole list each time, with at most one step in progress.',
  input: Input,
  output: z.object({}),
  positional: ['plan'],
  effects: [],
  idempotent: true,
  render: () => 'Plan updated',
  item: {
    started: todoList,
    ended: (input, outcome) => (outcome.ok ? todoList(input) : null),
  },

  run: () => ({}),
})

function todoList({ plan }: Input) {
  return {
    type: 'todo_list' as const,
    items: plan.map(({ step, status }) => ({ text: step, completed: status === 'completed' })),
  }
}
