/** A script engine for one test file, with a few tools whose calls can be watched and let go by hand. */

import { afterAll, expect } from 'vitest'
import {
  ScriptEngine,
  type ScriptEngineOptions,
  type ScriptErrorKind,
  type ScriptResult,
  type ScriptRunSettings,
  type ToolTree,
  toolsFromTree,
} from '../../src/harness/index.ts'

/** Engine of the whole file: threads are dear. */
export function sharedEngine(options: ScriptEngineOptions = {}): ScriptEngine {
  const engine = new ScriptEngine(options)
  afterAll(() => engine[Symbol.asyncDispose]())
  return engine
}

export const echo = async (value: unknown) => value

export type Run = (
  source: string,
  tree?: ToolTree,
  settings?: Partial<ScriptRunSettings>,
) => Promise<ScriptResult>

/** Runs with the functions of `tree` as tools, unless the settings bring others. */
export function runnerOf(engine: ScriptEngine): Run {
  return (source, tree = {}, settings = {}) => engine.run(source, { tools: toolsFromTree(tree), ...settings })
}

/** The value of a script that has to have ended well. */
export function returned(result: ScriptResult): unknown {
  expect(result).toMatchObject({ ok: true })
  return result.ok ? result.value : undefined
}

/** The error of a script that has to have failed so. */
export function errorOf(result: ScriptResult, kind: ScriptErrorKind) {
  if (result.ok) throw new Error(`The script ended well, with ${String(result.value)}, and not with ${kind}.`)
  expect(result.error).toMatchObject({ kind })
  return result.error
}

/** A promise with its ends in hand. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { opened: promise, open: resolve }
}

/** Settles only when it is told to stop. */
export function untilAborted(_: unknown, { signal }: { signal: AbortSignal }): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('stopped as asked')), { once: true })
  })
}
