/** The scripted provider: an HTTP server on loopback that plays a model. */

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { messageOf, OptionError } from '../protocol/errors.ts'
import { type Answer, answerOf } from './answer.ts'
import { chatWire } from './chat/wire.ts'
import { connectionOf } from './connection.ts'
import { ProviderViolationsError } from './errors.ts'
import { countingIds } from './ids.ts'
import type { JsonRecord } from './json.ts'
import { mailbox } from './mailbox.ts'
import { messagesWire } from './messages/wire.ts'
import { playRefusal, playStream } from './play.ts'
import { receive } from './receive.ts'
import { checkRequest } from './request-rules.ts'
import { type ProviderRequest, providerRequest } from './requests.ts'
import { responsesWire } from './responses/wire.ts'
import { type Report, type Rule, statusOf, type Violation } from './rules.ts'
import type { Step } from './script.ts'
import { type ScriptEnd, stepsOf } from './steps.ts'
import type { Frame, Wire } from './wire.ts'

const WIRES = {
  responses: responsesWire,
  chat: chatWire,
  messages: messagesWire,
} as const satisfies Record<string, Wire>

export interface ProviderOptions {
  /** Which wire API the provider speaks; default `responses`. */
  readonly wireApi?: keyof typeof WIRES
  /** The key that every request has to bring; left out, none is asked for. */
  readonly apiKey?: string
  /** What answers when the script has run out: a refusal (the default), the script from its start, or this step. */
  readonly whenScriptEnds?: ScriptEnd
  /** Whether disposing throws when a request was refused; default true. */
  readonly strict?: boolean
  /** Told apart by it in the ids it makes; a random one unless told, since a thread may meet several providers. */
  readonly idSeed?: string
}

export interface ScriptedProvider extends AsyncDisposable {
  /** The base URL to configure; it ends with `/v1`, which Anthropic's own SDK leaves out of it. */
  readonly url: string
  /** What it was sent, in the order of arrival. */
  readonly requests: readonly ProviderRequest[]
  /** What it refused. */
  readonly violations: readonly Violation[]
  /** Steps that no request has had yet. */
  readonly stepsLeft: number
  /** The oldest request that no earlier call of this has given, as soon as there is one. */
  nextRequest(options?: { readonly signal?: AbortSignal }): Promise<ProviderRequest>
  /**
   * Resolves when a response is over.
   *
   * @param requestIndex Counted from 0; the request may still have to come.
   * @returns `client` when it closed the socket before the response was whole, such as on an abort; else `provider`.
   */
  closed(requestIndex: number): Promise<'client' | 'provider'>
}

/**
 * Starts a provider that answers one request with each step of the script.
 *
 * Every request is checked as a real provider would: a wrong one is answered with 400 (401, 404) naming the rule, is
 * kept in `violations`, and takes no step. Disposing closes all sockets, and then throws when there were violations,
 * so that a test fails also where the client hid the refusal (one that has failed already shows both errors, in a
 * `SuppressedError`); `strict: false` is for tests of refusals. Promises that still wait are never rejected.
 *
 * It listens on 127.0.0.1 alone, and keeps the process alive until it is disposed.
 *
 * @throws {OptionError} A step whose parts cannot be meant together, or a wire API that is not spoken.
 */
export async function startProvider(
  script: readonly Step[],
  options: ProviderOptions = {},
): Promise<ScriptedProvider> {
  const { wireApi = 'responses', strict = true } = options
  const wire: Wire | undefined = WIRES[wireApi]
  if (wire === undefined)
    throw new OptionError('wireApi', `${wireApi} is not one of ${Object.keys(WIRES).join(', ')}`)
  for (const step of script) if (typeof step !== 'function') answerOf(step)

  const idSeed = options.idSeed ?? randomBytes(4).toString('hex')
  const sentCallIds = new Set<string>()
  const ids = countingIds(idSeed, sentCallIds)
  const requests: ProviderRequest[] = []
  const violations: Violation[] = []
  const arrivals = mailbox<ProviderRequest>()
  const endings = new Map<number, PromiseWithResolvers<'client' | 'provider'>>()
  const steps = stepsOf(script, options.whenScriptEnds ?? 'refuse')
  let isClosing = false

  const endingOf = (index: number): PromiseWithResolvers<'client' | 'provider'> => {
    const ending = endings.get(index) ?? Promise.withResolvers<'client' | 'provider'>()
    endings.set(index, ending)
    return ending
  }

  const violationsOf = (index: number): Violation[] => violations.filter(({ request }) => request === index)

  const framesOf = (answer: Answer, request: JsonRecord): Frame[] => {
    if (answer.refusal !== undefined || answer.recording !== undefined) return []
    const answerIds = answer.repeatsIds ? countingIds(idSeed, sentCallIds) : ids
    return wire.frames(answer, { request, ids: answerIds, createdAt: Math.floor(Date.now() / 1000) })
  }

  /** What the script has for this request; a script that has nothing is reported. */
  const prepare = async (
    request: ProviderRequest,
    report: Report,
  ): Promise<{ answer: Answer; frames: Frame[] } | undefined> => {
    const step = steps.take()
    if (step === undefined) {
      const problem = `all ${script.length} steps of the script are taken, and none is left for request`
      report('script', '', `${problem} ${request.index + 1}`)
      return undefined
    }
    try {
      const answer = answerOf(typeof step === 'function' ? await step(request) : step)
      return { answer, frames: framesOf(answer, request.body) }
    } catch (error) {
      report('script', '', `the step for request ${request.index + 1} failed: ${messageOf(error)}`)
      return undefined
    }
  }

  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const connection = connectionOf(response)
    const facts = await receive(incoming, wire)
    const request = providerRequest({ ...facts, index: requests.length })
    void connection.over.then((by) => endingOf(request.index).resolve(isClosing ? 'provider' : by))

    const report: Report = (rule, at, problem) => violations.push(violation(request.index, rule, at, problem))
    checkRequest(request, { wire, apiKey: options.apiKey, report, sentCallIds })
    const isRight = violationsOf(request.index).length === 0
    requests.push(request)
    arrivals.put(request)

    const played = isRight ? await prepare(request, report) : undefined
    if (played === undefined) {
      sendRefusal(response, wire, violationsOf(request.index))
      return
    }

    const { answer, frames } = played
    const headers = { [wire.requestIdHeader]: ids.next('req'), ...answer.headers }
    if (answer.refusal === undefined) await playStream(answer, frames, { ...connection, headers })
    else await playRefusal(answer.refusal, { ...connection, headers, errorBody: wire.errorBody })
  }

  const server = createServer((incoming, response) => {
    serve(incoming, response).catch((error: unknown) => {
      // A client that went away is no failure, and `closed` tells of it. Anything else must not look like `drops()`.
      const isOurs = incoming.complete && !response.closed
      if (isOurs) violations.push(violation(requests.length - 1, 'script', '', messageOf(error)))
      response.destroy()
    })
  })
  // No connection is closed for being idle: a client that was about to use it would see a failure nobody scripted.
  server.keepAliveTimeout = 0
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0

  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    violations,
    get stepsLeft() {
      return steps.left
    },
    nextRequest: (waitOptions) => arrivals.take(waitOptions),
    closed: (requestIndex) => endingOf(requestIndex).promise,
    async [Symbol.asyncDispose]() {
      if (isClosing) return
      isClosing = true
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
      if (strict && violations.length > 0) throw new ProviderViolationsError(violations)
    },
  }
}

function violation(request: number, rule: Rule, at: string, problem: string): Violation {
  const place = at === '' ? '' : `${at}: `
  return { request, rule, at, message: `[${rule}] ${place}${problem}` }
}

function sendRefusal(response: ServerResponse, wire: Wire, violations: readonly Violation[]): void {
  const [first] = violations
  if (first === undefined) return
  const status = statusOf(first.rule)
  const message = violations.map((violation) => violation.message).join('\n')
  const body = wire.errorBody({ status, message, code: first.rule, param: first.at })
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
