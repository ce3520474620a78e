/** A free-text tool, on wire APIs that know functions alone. */

import type { JsonSchema } from '../protocol/json.ts'
import type { CustomToolSpec } from '../protocol/tool-spec.ts'

/** The one argument of a free-text tool that is sent as a function. */
export const FREE_TEXT_PARAMETERS: JsonSchema = {
  type: 'object',
  properties: { input: { type: 'string', description: 'The text of the call, as it stands' } },
  required: ['input'],
  additionalProperties: false,
}

/** Nobody holds the model to a grammar here, so it has to be told of it. */
export function describeFormat({ description, format }: CustomToolSpec): string {
  if (format?.type !== 'grammar') return description
  return `${description}\n\nThe input follows this ${format.syntax} grammar:\n${format.definition}`
}
