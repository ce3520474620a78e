/** Plain JSON values: what crosses every border of ours. */

export type JsonPrimitive = string | number | boolean | null
export type JsonValue = JsonPrimitive | readonly JsonValue[] | { readonly [key: string]: JsonValue }
export interface JsonObject {
  readonly [key: string]: JsonValue
}

/** A JSON Schema document (2020-12 or draft 7), as wire APIs take it. */
export type JsonSchema = { readonly [key: string]: unknown }
