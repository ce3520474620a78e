/** Rollout files of Codex, line by line, and what a thread that came from one sends. */

import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { ProviderRequest, ScriptedProvider } from '../../src/testing/index.ts'
import type { TestBench } from './codex.ts'
import { repositoryRoot } from './source-graph.ts'

export type Json = Record<string, unknown>

export const ID = '01a20238-0000-7000-8000-000000000001'
const T = '2026-11-22T07:00:00.000Z'
/** The provider of the fixtures; their model takes patches as free text. */
export const PATCHES = { models: { 'local/any': { provider: 'local', model: 'any', customTools: true } } }
/** Nothing is told of the surroundings where the conversation has begun, so that requests hold the items alone. */
export const QUIET = { ...PATCHES, features: { context_updates: false } }
export const DIRECT = { toolMode: 'direct' } as const

export const fixture = (name: string) => path.join(repositoryRoot, 'tests/fixtures/rollouts', name)
export const line = (type: string, payload: Json) => JSON.stringify({ timestamp: T, type, payload })
export const meta = (more: Json = {}) =>
  line('session_meta', {
    id: ID,
    timestamp: T,
    cwd: '/project',
    originator: 'codex_exec',
    cli_version: '0.50.0',
    ...more,
  })
export const item = (payload: Json) => line('response_item', payload)
export const user = (text: string) => ({
  type: 'message',
  role: 'user',
  content: [{ type: 'input_text', text }],
})
export const assistant = (text: string) => ({
  type: 'message',
  role: 'assistant',
  content: [{ type: 'output_text', text }],
})

export async function rolloutFile(at: TestBench, ...lines: readonly string[]): Promise<string> {
  const file = path.join(at.folder.path, 'rollout.jsonl')
  await writeFile(file, `${lines.join('\n')}\n`)
  return file
}

/** What a resumed thread sends between its instructions and the new prompt. */
export async function resumed(at: TestBench, id: string): Promise<Json[]> {
  await at.codex.resumeThread(id, { ...DIRECT, workingDirectory: at.folder.path }).run('go on')
  return lastSent(at.provider)
}

export function lastSent({ requests }: Pick<ScriptedProvider, 'requests'>): Json[] {
  return itemsOf(requests.at(-1))
}

/** Of a request what stands between the instructions and the new prompt. */
export function itemsOf(request: ProviderRequest | undefined): Json[] {
  const input = request?.body.input
  return Array.isArray(input) ? input.slice(1, -1) : []
}

export async function imported(at: TestBench, ...lines: readonly string[]): Promise<Json[]> {
  const { threadId } = await at.codex.threads.importRollout(await rolloutFile(at, ...lines))
  return await resumed(at, threadId)
}

/** The payloads of an exported file's lines of one type. */
export async function payloads(file: string, type: string): Promise<Json[]> {
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
  return lines
    .map((text) => JSON.parse(text))
    .flatMap((entry) => (entry.type === type ? [entry.payload] : []))
}

/** Codex spells out what is absent, and sends back fields of an answer that tell a model nothing. */
export function asWeSend(items: readonly Json[]): Json[] {
  const idle = (name: string, value: unknown, type: unknown) =>
    value === null ||
    name === 'annotations' ||
    name === 'logprobs' ||
    (name === 'status' && type !== 'web_search_call')
  const lean = (entry: Json): Json =>
    Object.fromEntries(
      Object.entries(entry)
        .filter(([name, value]) => !idle(name, value, entry.type))
        .map(([name, value]) => [name, name === 'content' && Array.isArray(value) ? value.map(lean) : value]),
    )
  return items.map(lean)
}
