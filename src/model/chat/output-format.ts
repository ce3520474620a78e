/** The shape of the answer, as far as a server can be held to it. */

import type { JsonSchema } from '../../protocol/json.ts'
import type { ModelRequest } from '../model-client.ts'
import { canBeStrict } from '../strict-schema.ts'
import type { ChatProfile } from './profile.ts'
import type { ResponseFormat } from './wire.ts'

export interface OutputFormat {
  readonly format?: ResponseFormat
  /** For the model to read, where the format does not say it. */
  readonly words?: string
}

export function outputFormat(
  { outputSchema, tools }: Pick<ModelRequest, 'outputSchema' | 'tools'>,
  profile: ChatProfile,
): OutputFormat {
  if (outputSchema === undefined) return {}
  const schema = profile.schema(outputSchema)
  if (tools.length > 0 && !profile.formatWithTools) return { words: inWords(schema) }
  if (profile.outputFormat === 'json_object') {
    return { format: { type: 'json_object' }, words: inWords(schema) }
  }
  const strict = canBeStrict(outputSchema)
  return { format: { type: 'json_schema', json_schema: { name: 'codex_output_schema', strict, schema } } }
}

function inWords(schema: JsonSchema): string {
  return (
    'Your final answer, once you need no more tools, is JSON and nothing else: no fence, no words around it. ' +
    `It follows this JSON Schema:\n${JSON.stringify(schema)}`
  )
}
