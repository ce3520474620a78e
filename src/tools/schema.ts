/** Schemas as tools declare them: a Standard Schema (zod and others) or a JSON Schema document. */

import { messageOf, OptionError } from '../protocol/errors.ts'
import type { JsonSchema } from '../protocol/json.ts'

/** The part of Standard Schema 1 that we use; see https://standardschema.dev. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
    /** Standard JSON Schema; zod 4 has it. */
    readonly jsonSchema?: {
      readonly input: (options: { readonly target: string }) => Record<string, unknown>
      readonly output: (options: { readonly target: string }) => Record<string, unknown>
    }
  }
}

export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | {
      readonly issues: ReadonlyArray<{
        readonly message: string
        readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined
      }>
    }

/** A schema of `T`: of zod, any other Standard Schema, or plain JSON Schema (whose `T` nobody can know). */
// biome-ignore lint/suspicious/noExplicitAny: a schema's input type says nothing about what it gives.
export type Schema<T> = StandardSchema<any, T> | JsonSchema

/** What `run` is given: the schema's output, with defaults filled in. */
export type OutputOf<S> = S extends StandardSchema<infer _Input, infer Output> ? Output : unknown
/** What `run` may return: the output schema's input. */
export type InputOf<S> = S extends StandardSchema<infer Input, infer _Output> ? Input : unknown

export type Validation<T> =
  | { readonly ok: true; readonly value: T }
  /** Each issue says where and what, such as `path: expected string, received number`. */
  | { readonly ok: false; readonly issues: readonly string[] }

// biome-ignore lint/suspicious/noExplicitAny: as in Schema.
export function isStandardSchema<T>(schema: Schema<T>): schema is StandardSchema<any, T> {
  return '~standard' in schema
}

/**
 * The JSON Schema (2020-12) of what the schema takes or gives.
 *
 * @throws {OptionError} It has a part that JSON Schema cannot say, or its vendor offers no JSON Schema.
 */
export function toJsonSchema(where: string, schema: Schema<unknown>, side: 'input' | 'output'): JsonSchema {
  if (!isStandardSchema(schema)) return schema
  const { jsonSchema, vendor } = schema['~standard']
  if (jsonSchema === undefined) {
    throw new OptionError(
      where,
      `a ${vendor} schema that offers no JSON Schema; pass the JSON Schema document itself.`,
    )
  }
  try {
    const { $schema: _, ...document } = jsonSchema[side]({ target: 'draft-2020-12' })
    return document
  } catch (error) {
    throw new OptionError(where, `JSON Schema cannot say this: ${messageOf(error)}`, { cause: error })
  }
}

/**
 * Make sure that values can be checked against the schema.
 *
 * @throws {OptionError} A JSON Schema with a part that we cannot check, such as a reference that leads nowhere.
 */
export async function compileSchema(where: string, schema: Schema<unknown>): Promise<void> {
  if (isStandardSchema(schema)) return
  try {
    await fromJsonSchema(schema)
  } catch (error) {
    throw new OptionError(where, `values cannot be checked against this JSON Schema: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

/** Check `value`; what comes back has the schema's defaults filled in, and nothing is coerced. */
export async function validate<T>(schema: Schema<T>, value: unknown): Promise<Validation<T>> {
  const standard = isStandardSchema(schema) ? schema : await fromJsonSchema(schema)
  const result = await standard['~standard'].validate(value)
  if (result.issues === undefined) return { ok: true, value: result.value as T }
  return { ok: false, issues: result.issues.map(({ path, message }) => `${pathText(path)}${message}`) }
}

const compiled = new WeakMap<JsonSchema, StandardSchema>()

async function fromJsonSchema(document: JsonSchema): Promise<StandardSchema> {
  const known = compiled.get(document)
  if (known !== undefined) return known
  const { z } = await import('zod')
  const schema = z.fromJSONSchema(document as Parameters<typeof z.fromJSONSchema>[0])
  compiled.set(document, schema)
  return schema
}

type IssuePath = ReadonlyArray<PropertyKey | { readonly key: PropertyKey }>

function pathText(path: IssuePath | undefined): string {
  if (path === undefined || path.length === 0) return ''
  return `${path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.')}: `
}
