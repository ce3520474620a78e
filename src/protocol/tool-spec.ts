/** How a tool is described to a model, before any wire API spells it. */

import type { JsonSchema } from './json.ts'

export interface FunctionToolSpec {
  readonly type: 'function'
  readonly name: string
  readonly description: string
  readonly parameters: JsonSchema
  readonly strict: boolean
}

/** A tool whose input is free text. A wire API without such tools sends a function with one `input` string. */
export interface CustomToolSpec {
  readonly type: 'custom'
  readonly name: string
  readonly description: string
  readonly format?:
    | { readonly type: 'text' }
    | { readonly type: 'grammar'; readonly syntax: 'lark' | 'regex'; readonly definition: string }
}

export type ToolSpec = FunctionToolSpec | CustomToolSpec
