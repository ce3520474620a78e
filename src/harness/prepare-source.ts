/** TypeScript or JavaScript as a model writes it, to JavaScript that the engine takes. Runs in the strip worker. */

import { createRequire } from 'node:module'
import { Script } from 'node:vm'
import { onlyFencedBlock, withoutFence } from './fences.ts'
import type { PreparedSource } from './prepared-source.ts'
import { type Position, SCRIPT_FILE, SCRIPT_PREFIX, SCRIPT_SUFFIX, withoutPrefix } from './script-file.ts'
import { CONVERTED_PREFIX, originalPosition, STRIPPED_PREFIX } from './source-positions.ts'

const require = createRequire(import.meta.url)
const AsyncFunction = (async () => {}).constructor as FunctionConstructor

/** The stripper broke: what it says is about itself, not about the script. */
export class StripperBrokeError extends Error {}

export function prepareSource(source: string): PreparedSource {
  const prepared = prepareText(withoutFence(source))
  if (prepared.ok) return prepared
  const block = onlyFencedBlock(source)
  const fromBlock = block === undefined ? prepared : prepareText(block)
  return fromBlock.ok ? fromBlock : prepared
}

function prepareText(text: string): PreparedSource {
  // The stripper takes a tenth of a second to load, and most of what it would do here is nothing.
  if (isBody(text) && !mayMeanTypeArguments(text)) return { ok: true, body: text }

  const stripped = stripTypes(withoutTypeImports(text))
  if (stripped.ok && isBody(stripped.body)) return stripped
  return withinText(stripped.ok ? explainBody(stripped) : stripped, text)
}

/** What the parser missed behind the end is missing at the end; the bracket it stumbled over there is ours. */
function withinText(refused: PreparedSource, text: string): PreparedSource {
  const lines = text.split('\n')
  const extra = refused.ok || refused.kind !== 'syntax' ? undefined : extraBrace(lines)
  if (extra !== undefined) return refuse('This } closes nothing that was opened', extra)
  if (refused.ok || refused.line === undefined || refused.line <= lines.length) return refused
  const column = (lines.at(-1)?.length ?? 0) + 1
  return {
    ...refused,
    message: `The script ends before it is complete (${refused.message})`,
    line: lines.length,
    column,
  }
}

/**
 * Whether `text` is the body of an async function, nothing less and nothing more.
 *
 * To wrap it and parse the whole would not do: the text may close the wrapper and open another.
 */
function isBody(text: string): boolean {
  try {
    AsyncFunction(`"use strict";${text}`)
    return true
  } catch {
    return false
  }
}

/** `f<T>(x)` is also JavaScript, where it compares. */
function mayMeanTypeArguments(text: string): boolean {
  return /[\w$\])]\s*<[^;]*[^=]>\s*[(`]/.test(text)
}

const TYPE_IMPORT = /^[ \t]*import[ \t]+type\b[^;'"]*from[ \t]*(['"])[^'"\n]*\1[ \t]*;?/gm

/** They mean nothing at run time, and inside a function the stripper would refuse them. */
function withoutTypeImports(text: string): string {
  return text.replaceAll(TYPE_IMPORT, (found) => found.replaceAll(/[^\n]/g, ' '))
}

const OPEN = STRIPPED_PREFIX
const CLOSE = '\n}'

interface SwcError {
  readonly code: string
  readonly message: string
  readonly startLine?: number
  readonly startColumn?: number
}

function isSwcError(error: unknown): error is SwcError {
  return typeof error === 'object' && error !== null && 'code' in error && 'message' in error
}

function stripTypes(text: string): PreparedSource {
  const { transformSync }: typeof import('@swc/wasm-typescript') = require('@swc/wasm-typescript')
  try {
    const { code } = transformSync(OPEN + text + CLOSE, { mode: 'strip-only', module: true })
    return { ok: true, body: code.slice(OPEN.length, -CLOSE.length) }
  } catch (error) {
    const isMoreThanTypes = isSwcError(error) && error.code === 'UnsupportedSyntax'
    return isMoreThanTypes ? convertTypes(text) : refuseParsed(error)
  }
}

/** For what cannot be stripped because it is more than types: enums, namespaces, parameter properties. */
function convertTypes(text: string): PreparedSource {
  const { transformSync }: typeof import('@swc/wasm-typescript') = require('@swc/wasm-typescript')
  try {
    const { code, map } = transformSync(OPEN + text + CLOSE, {
      mode: 'transform',
      module: true,
      sourceMap: true,
      transform: { nativeClassProperties: true },
    })
    const body = code.slice(CONVERTED_PREFIX.length, code.lastIndexOf('}'))
    return { ok: true, body, ...(map !== undefined && { sourceMap: map }) }
  } catch (error) {
    return refuseParsed(error)
  }
}

/** @throws {StripperBrokeError} */
function refuseParsed(error: unknown): PreparedSource & { ok: false } {
  if (!isSwcError(error)) throw new StripperBrokeError(String(error))
  const line = error.startLine ?? 1
  const column = (error.startColumn ?? 0) + 1 - (line === 1 ? OPEN.length : 0)
  return refuse(error.message, { line, column: Math.max(1, column) })
}

/** Says what V8 has against a body that the stripper let pass. */
function explainBody({ body, sourceMap }: PreparedSource & { ok: true }): PreparedSource {
  try {
    new Script(SCRIPT_PREFIX + body + SCRIPT_SUFFIX, { filename: SCRIPT_FILE })
  } catch (error) {
    if (!(error instanceof SyntaxError)) return refuse(String(error))
    const [place = '', , caret = ''] = (error.stack ?? '').split('\n')
    const line = Number(/:(\d+)$/.exec(place)?.[1] ?? 1)
    const found = withoutPrefix({ line, column: Math.max(1, caret.indexOf('^') + 1) })
    return refuse(error.message, originalPosition(found, sourceMap))
  }
  return refuse('The brackets of the script do not match: it closes more than it opens.')
}

/** More lines than that are not tried. */
const CLOSING_LINES_MAX = 200

/** The brace that closes the wrapper: up to there the text is the rest of a whole function. */
function extraBrace(lines: readonly string[]): Position | undefined {
  const { transformSync }: typeof import('@swc/wasm-typescript') = require('@swc/wasm-typescript')
  const closing = [...lines.keys()].filter((index) => /^\s*}/.test(lines[index] ?? ''))
  for (const index of closing.slice(0, CLOSING_LINES_MAX)) {
    const column = (lines[index] ?? '').indexOf('}') + 1
    const upTo = [...lines.slice(0, index), (lines[index] ?? '').slice(0, column)].join('\n')
    try {
      transformSync(OPEN + upTo, { mode: 'strip-only', module: true })
      return { line: index + 1, column }
    } catch (error) {
      if (!isSwcError(error)) return undefined
    }
  }
  return undefined
}

const MODULE_SYNTAX = /import statement|import\.meta|'import'|'export'|top level of a module/

function refuse(message: string, position?: Position): PreparedSource & { ok: false } {
  if (!MODULE_SYNTAX.test(message)) return { ok: false, kind: 'syntax', message, ...position }
  return {
    ok: false,
    kind: 'forbidden',
    message:
      'import and export do not work in a script: there are no modules. Use the functions under tools, and end with return.',
    ...position,
  }
}
