/** The demo's task, done once: the tests before, one run of the agent, the tests after. */

import path from 'node:path'
import { Codex, type CodexOptions, type ThreadEvent, type ToolMode } from '../../index.ts'
import type { Usage } from '../../protocol/usage.ts'
import { type ProviderRequest, type Step, type StreamPart, startProvider, uses } from '../../testing/index.ts'
import type { Bug, Words } from './bug.ts'
import type { Repository, TestResult } from './repository.ts'

export const PROMPT =
  'The tests of this library fail. Find the bug, repair it in index.js, and show that the tests pass and the types check.'

export interface Figures {
  readonly mode: ToolMode
  readonly requests: number
  /** Calls of tools, those inside a script each for itself. */
  readonly calls: number
  readonly usage: Usage
  readonly wallMs: number
}

export interface TaskResult {
  readonly before: TestResult
  readonly after: TestResult
  readonly typesAreRight: boolean
  /** The agent's own words at the end. */
  readonly answer: string
  readonly figures: Figures
}

export interface TaskOptions {
  readonly repository: Repository
  readonly mode: ToolMode
  readonly signal: AbortSignal
  readonly onBefore: (tests: TestResult) => void
  readonly onEvent: (event: ThreadEvent) => void
}

/** With a model whose words were written beforehand; what it is sent decides what they are. */
export async function runScripted(bug: Bug, options: TaskOptions): Promise<TaskResult> {
  const words = options.mode === 'direct' ? bug.directSteps : bug.scriptSteps
  await using provider = await startProvider(words.map(spoken))
  const local = { baseUrl: provider.url, apiKey: 'none', wireApi: 'responses' } as const
  return await runTask({ model: 'local/scripted', providers: { local } }, options)
}

/** With a real model, which the options name. */
export async function runTask(model: CodexOptions, options: TaskOptions): Promise<TaskResult> {
  const { repository, mode, signal, onBefore, onEvent } = options
  const before = await repository.test()
  onBefore(before)

  const startedAt = performance.now()
  const run = Codex.run(PROMPT, {
    ...model,
    packs: ['core-codex'],
    // Thread files go into the demo's folder, and no instructions of the person's own come in.
    env: { ...repository.environment, CODEX_TS_HOME: path.join(repository.folder, 'state') },
    workingDirectory: repository.root,
    sandboxMode: 'danger-full-access',
    toolMode: mode,
    signal,
  })
  let calls = 0
  for await (const event of run) {
    if (event.type === 'item.completed' && isCall(event.item.type)) calls += 1
    onEvent(event)
  }
  const turn = await run
  const wallMs = performance.now() - startedAt

  const [after, typesAreRight] = await Promise.all([repository.test(), repository.hasRightTypes()])
  const usage = turn.usage ?? turn.threadUsage
  return {
    before,
    after,
    typesAreRight,
    answer: turn.finalResponse,
    figures: { mode, requests: turn.steps, calls, usage, wallMs },
  }
}

/** Whether the bug was there and is gone. */
export function isRepaired({ before, after, typesAreRight }: TaskResult): boolean {
  return before.failed > 0 && after.failed === 0 && after.passed > 0 && typesAreRight
}

function isCall(itemType: string): boolean {
  return ['command_execution', 'file_change', 'tool_call'].includes(itemType)
}

/** A step that reports tokens as a tokenizer would about count them: a quarter of the bytes, both ways. */
function spoken(words: Words): Step {
  return (request: ProviderRequest) => {
    const parts = words(request)
    return [
      ...parts,
      uses({ input_tokens: quarter(request.text), output_tokens: quarter(parts.map(textOf).join('')) }),
    ]
  }
}

const quarter = (text: string): number => Math.ceil(Buffer.byteLength(text) / 4)

function textOf(part: StreamPart): string {
  switch (part.kind) {
    case 'message':
      return part.text
    case 'function-call':
      return `${part.name}${part.arguments}`
    case 'custom-call':
      return `${part.name}${part.input}`
    case 'reasoning':
      return part.summary
    case 'verbatim':
      return JSON.stringify(part.item)
    case 'raw':
      return ''
  }
}
