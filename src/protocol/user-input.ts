/** What a host hands to a turn. */

import { z } from 'zod'

/** Source: `@openai/codex-sdk`. */
export const UserInput = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('local_image'), path: z.string() }),
])
export type UserInput = z.infer<typeof UserInput>

export const Input = z.union([z.string(), z.array(UserInput)])
export type Input = z.infer<typeof Input>
