/** What a tool is. */

import type { Log } from '../observability/log.ts'
import type { Workspace } from '../platform/workspace.ts'
import { OptionError } from '../protocol/errors.ts'
import type { FileKey, ThreadId, TurnId } from '../protocol/ids.ts'
import type { Effect } from '../protocol/modes.ts'
import type { ToolOutput } from '../protocol/response-item.ts'
import type { ThreadItem } from '../protocol/thread-item.ts'
import type { CustomToolSpec } from '../protocol/tool-spec.ts'
import type { TruncationPolicy } from '../std/truncate.ts'
import type { DocumentInfo } from '../stores/ports.ts'
import type { Assessment, AssessmentContext } from './assessment.ts'
import type { Chat } from './chat.ts'
import { checkName } from './names.ts'
import type { InputOf, OutputOf, Schema } from './schema.ts'

/** Documents of the thread that the call belongs to. */
export interface ThreadDocuments {
  put(document: { content: string | Uint8Array; name: string; mediaType?: string }): Promise<DocumentInfo>
  /** @throws {DocumentNotFoundError} */
  info(fileKey: FileKey): Promise<DocumentInfo>
  /** Bytes from `offset`, at most `limit` of them. @throws {DocumentNotFoundError} */
  read(fileKey: FileKey, range?: { offset?: number; limit?: number }): Promise<Uint8Array>
  list(): Promise<DocumentInfo[]>
}

/** A note that stands near the prompt for some turns. */
export interface BoardNote {
  readonly id: string
  readonly text: string
  /** The turn that it comes from. */
  readonly turnId?: string
  /** How to get at the whole, as a call that can be copied. */
  readonly call?: string
  /** How many turns it will still stand there, this one included. */
  readonly turnsLeft?: number
}

/** A note that a tool puts up. */
export interface NewBoardNote {
  /** Names the note: another one of this name takes its place. One is made unless given. */
  readonly id?: string
  /** At most 2,000 characters. */
  readonly text: string
  /** How to get at the whole, as a call that can be copied. */
  readonly call?: string
  /** How many turns it stands there, this one included. Default 3. */
  readonly ttlTurns?: number
}

/**
 * Short notes that the model sees near its prompt for some turns. They are not stored with the thread.
 *
 * A note shows at once, behind the outputs, and from the next turn on with the others in front of the prompt.
 */
export interface ToolBoard {
  /** Gives the note's id; a note of the same id begins its turns anew. @throws {ToolError} It is too long, or no note. */
  put(note: NewBoardNote): string
  /** From the next turn on it is gone; what this turn shows stays. False where there is no such note. */
  remove(id: string): boolean
  /** Newest first. */
  list(): readonly BoardNote[]
}

/** What a tool may say while it works. */
export type ToolProgress =
  /** Text it produced, such as a command's output. */
  | { readonly type: 'output'; readonly text: string }
  /** How its call shows from now on among the thread's items. */
  | { readonly type: 'item'; readonly item: ItemBody }

export interface ModelAbilities {
  readonly readsImages: boolean
  /** How long a tool's output may be. */
  readonly truncation: TruncationPolicy
}

/** The world, as a tool is handed it. */
export interface ToolContext {
  /** Aborted when the call, its turn or its thread is stopped. */
  readonly signal: AbortSignal
  /** Without its policy for a call that was let out of it. */
  readonly workspace: Workspace
  readonly documents: ThreadDocuments
  readonly board: ToolBoard
  readonly progress: (update: ToolProgress) => void
  readonly log: Log
  /** What is known of the model that reads the result; of a script's host nothing. */
  readonly model?: ModelAbilities
  /**
   * Asks the user; the host answers.
   *
   * @throws {UserInputUnavailableError} The host has nobody to ask.
   */
  readonly requestUserInput: RequestUserInput
  /**
   * Asks a model once, outside the thread: the turn's unless another is named, stopped when the call is. What it costs
   * is not counted with the turn.
   *
   * @throws {ChatUnavailableError} The host has no model, such as a script's. Otherwise as `codex.chat()`.
   */
  readonly chat: Chat
  readonly ids: { readonly threadId: ThreadId; readonly turnId: TurnId; readonly callId: string }
}

/** A question to the user, with answers to choose from. Field names are Codex's. */
export interface UserQuestion {
  /** Names the answer. */
  readonly id: string
  /** A few words. */
  readonly header: string
  readonly question: string
  readonly options: readonly { readonly label: string; readonly description: string }[]
}

/** What the user chose or wrote, by the question's id. */
export type UserAnswers = Readonly<Record<string, readonly string[]>>

export type RequestUserInput = (
  questions: readonly UserQuestion[],
  options: { readonly signal: AbortSignal },
) => Promise<UserAnswers>

type WithoutId<Item> = Item extends unknown ? Omit<Item, 'id'> : never

/** An item of a thread before it has its id. */
export type ItemBody = WithoutId<ThreadItem>

export type CallOutcome<Output> =
  | { readonly ok: true; readonly output: Output }
  | { readonly ok: false; readonly message: string }

/** How a tool's calls show among the thread's items. Null shows nothing. */
export interface ItemView<Input, Output> {
  started(input: Input): ItemBody | null
  ended(input: Input, outcome: CallOutcome<Output>): ItemBody | null
}

/** What not every host has. */
export type Requirement = 'user-input'

/** Reads a call as it arrives; gives an item when there is something new to show. */
export interface CallPreview {
  push(delta: string): ItemBody | null
}

export interface Tool<Input = unknown, Output = unknown> {
  /** Snake case, letters and digits; unique in its pack. Scripts see it in camel case. */
  readonly name: string
  readonly description: string
  readonly input: Schema<Input>
  readonly output?: Schema<Output>
  /** Fields that a script may pass first, in this order, before one object with the rest. */
  readonly positional?: readonly string[]
  /** What it does to the world; omitted means everything, and everything is what approval asks about. */
  readonly effects?: readonly Effect[]
  /** May run beside other tools; otherwise it runs alone. */
  readonly parallel?: boolean
  /** Running it twice does what running it once does. */
  readonly idempotent?: boolean
  /** Ask a person before this call, whatever the policy would allow. */
  readonly needsApproval?: boolean | ((input: Input) => boolean)
  /** For a tool that knows more of a call than its effects say; in place of what the policy makes of those. */
  readonly assess?: (input: Input, context: AssessmentContext) => Assessment | Promise<Assessment>
  /** Whether this output looks as if the sandbox had stopped it. Under `on-failure` a person is then asked. */
  readonly isSandboxDenial?: (output: Output) => boolean
  /** Milliseconds after which the call is aborted and answered as failed. */
  readonly timeoutMs?: number
  /** Where it can be called; default everywhere. */
  readonly callable?: 'everywhere' | 'direct' | 'script'
  /** What the host must have, for the tool to be offered. */
  readonly requires?: Requirement
  /** Names that work beside its own, as a script spells them. */
  readonly aliases?: readonly string[]
  /** For wire APIs with free-text tools: the text's format, and what input it means. */
  readonly freeform?: {
    readonly format: CustomToolSpec['format']
    /** @throws {ToolError} The text means nothing. */
    readonly toInput: (text: string) => Input
  }
  /** What the model reads after a direct call; without it, the output's JSON (a string as it is). */
  readonly render?: (output: Output) => ToolOutput
  readonly item?: ItemView<Input, Output>
  /** Shows a direct call while its text still arrives: its free text, or its arguments as JSON. */
  readonly preview?: (
    form: 'freeform' | 'function',
    options: { readonly workingDirectory: string },
  ) => CallPreview
  /** Scripts get the output as data; a tool that fails throws, best a `ToolError`. */
  run(input: Input, context: ToolContext): Promise<Output> | Output
}

/**
 * A tool whose types are forgotten: what packs and the dispatcher hold.
 *
 * Input is checked against the schema before `run`, so the cast at the border is sound.
 */
// biome-ignore lint/suspicious/noExplicitAny: the one place where a tool's own types are given up.
export type AnyTool = Tool<any, any>

/**
 * Declare a tool.
 *
 * @param tool `input` and `output` are zod types, any other Standard Schema, or JSON Schema documents; `run` is typed by them.
 * @throws {OptionError} A name that is no snake case, or a positional field that the input does not have.
 */
export function defineTool<
  InputSchema extends Schema<unknown>,
  OutputSchema extends Schema<unknown> = Schema<unknown>,
>(
  tool: Omit<Tool<OutputOf<InputSchema>, InputOf<OutputSchema>>, 'input' | 'output'> & {
    readonly input: InputSchema
    readonly output?: OutputSchema
  },
): Tool<OutputOf<InputSchema>, InputOf<OutputSchema>> {
  checkDeclaration(tool)
  return tool as unknown as Tool<OutputOf<InputSchema>, InputOf<OutputSchema>>
}

function checkDeclaration(tool: Pick<AnyTool, 'name' | 'description' | 'input' | 'run'>): void {
  checkName('defineTool name', tool.name, 'namespace')
  const where = `defineTool ${tool.name}`
  if (typeof tool.description !== 'string' || tool.description.trim() === '') {
    throw new OptionError(where, 'description is missing; the model chooses by it.')
  }
  if (tool.input === null || (typeof tool.input !== 'object' && typeof tool.input !== 'function')) {
    throw new OptionError(where, 'input is missing; for a tool without arguments pass z.object({}).')
  }
  if (typeof tool.run !== 'function') throw new OptionError(where, 'run is missing.')
}
