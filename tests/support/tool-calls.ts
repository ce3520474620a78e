/** Calls tools in a real workspace as a turn does, and keeps what they show. */

import { silentLog } from '../../src/observability/log.ts'
import { silentTracer } from '../../src/observability/tracer.ts'
import { openWorkspace, type Workspace } from '../../src/platform/index.ts'
import type { SandboxMode } from '../../src/protocol/modes.ts'
import type { ToolOutput } from '../../src/protocol/response-item.ts'
import { ReadWriteLock } from '../../src/std/read-write-lock.ts'
import { createRedactor } from '../../src/std/redact.ts'
import {
  type AnyTool,
  type DispatchOutcome,
  dispatch,
  type ItemBody,
  renderOutcome,
  SessionApprovals,
  ToolSet,
} from '../../src/tools/index.ts'
import { tempFolder } from './temp-folder.ts'

export interface ShownItem {
  readonly state: 'started' | 'updated' | 'completed'
  readonly item: ItemBody
}

export interface ToolCalls extends AsyncDisposable {
  readonly workspace: Workspace
  /** Contents by fileKey. */
  readonly documents: Map<string, string>
  /** All items that were shown, in order. */
  readonly shown: ShownItem[]
  /** All text that calls produced while they ran. */
  readonly deltas: string[]
  call(tool: string, input: unknown, options?: { readonly signal?: AbortSignal }): Promise<DispatchOutcome>
  /** `call`, and what the model reads of it. */
  answer(tool: string, input: unknown): Promise<ToolOutput>
}

/** A workspace in a temporary folder, with these tools. */
export async function toolCalls(
  tools: readonly AnyTool[],
  options: { readonly files?: Readonly<Record<string, string>>; readonly sandboxMode?: SandboxMode } = {},
): Promise<ToolCalls> {
  const folder = await tempFolder(options.files)
  const workspace = await openWorkspace({
    workingDirectory: folder.path,
    sandboxMode: options.sandboxMode ?? 'danger-full-access',
    environment: process.env,
  })
  const set = new ToolSet([{ slug: 'under-test', tools }])
  const lock = new ReadWriteLock()
  const documents = new Map<string, string>()
  const shown: ShownItem[] = []
  const deltas: string[] = []
  const unused = () => Promise.reject(new Error('not part of this test'))
  const unusedNow = () => {
    throw new Error('not part of this test')
  }
  let calls = 0

  const call: ToolCalls['call'] = async (tool, input, { signal = new AbortController().signal } = {}) => {
    calls += 1
    const entry = set.tools.find(({ directName }) => directName === tool)
    if (entry === undefined) throw new Error(`The test has no tool ${tool}`)
    return dispatch(
      { entry, callId: `call-${calls}`, input, signal },
      {
        gate: { policy: 'never', ask: unused, rules: {}, session: new SessionApprovals() },
        lock,
        redactor: createRedactor(),
        tracer: silentTracer,
        context: ({ callId, signal, progress, unconfined }) => ({
          signal,
          workspace: unconfined ? workspace.unconfined : workspace,
          documents: {
            async put({ content, name, mediaType = 'text/plain' }) {
              const fileKey = `key-${documents.size}` as never
              const text = Buffer.from(content).toString()
              documents.set(fileKey, text)
              const bytes = Buffer.byteLength(text)
              return { fileKey, name, mediaType, bytes, owner: null, createdAt: 0, expiresAt: null }
            },
            info: unused,
            read: unused,
            list: unused,
          },
          board: { put: unusedNow, remove: unusedNow, list: unusedNow },
          progress,
          log: silentLog,
          requestUserInput: unused,
          chat: unused,
          ids: { threadId: 'thread-1' as never, turnId: 'turn-1' as never, callId },
        }),
        show: (_key, state, item) => shown.push({ state, item }),
        delta: (_key, text) => deltas.push(text),
      },
    )
  }

  return {
    workspace,
    documents,
    shown,
    deltas,
    call,
    async answer(tool, input) {
      const outcome = await call(tool, input)
      const entry = set.tools.find(({ directName }) => directName === tool)
      if (entry === undefined) throw new Error(`The test has no tool ${tool}`)
      return renderOutcome(entry, outcome)
    },
    async [Symbol.asyncDispose]() {
      await workspace[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}
