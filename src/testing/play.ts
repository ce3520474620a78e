/** An answer on its way through the socket, with the faults that happen to it. */

import type { ServerResponse } from 'node:http'
import { setTimeout as delay, setImmediate } from 'node:timers/promises'
import type { Answer } from './answer.ts'
import type { Connection } from './connection.ts'
import type { Refusal } from './parts.ts'
import type { Frame, Wire } from './wire.ts'

interface PlayContext extends Connection {
  readonly headers: Readonly<Record<string, string>>
}

interface RefusalContext extends PlayContext {
  /** Makes the body of a refusal that brings none of its own. */
  readonly errorBody: Wire['errorBody']
}

/** Sends a stream; returns when there is no more to send. */
export async function playStream(
  answer: Answer,
  frames: readonly Frame[],
  context: PlayContext,
): Promise<void> {
  const { response, signal, headers } = context
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    ...headers,
  })
  response.flushHeaders()

  for (const [index, piece] of piecesToSend(answer, frames).entries()) {
    if (index > 0) await pause(answer, signal)
    await flushed(response, piece, signal)
  }

  switch (answer.interruption?.kind) {
    case undefined:
      response.end()
      return
    case 'stalls':
      return
    case 'cuts':
    case 'cuts-bytes':
      await context.drop()
  }
}

/** Answers without a stream. */
export async function playRefusal(refusal: Refusal, context: RefusalContext): Promise<void> {
  const { response, headers, errorBody } = context
  switch (refusal.kind) {
    case 'hangs':
      return
    case 'drops':
      await context.drop()
      return
    case 'refuses': {
      const { status } = refusal
      const message = `The script refuses this request with status ${status}.`
      const body = refusal.body ?? errorBody({ status, message })
      const contentType = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json'
      response.writeHead(status, { 'content-type': contentType, ...headers, ...refusal.headers })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    }
  }
}

/** Between two pieces, so that a client in this very process can read the first alone. */
async function pause({ eventDelayMs }: Answer, signal: AbortSignal): Promise<void> {
  if (eventDelayMs > 0) await delay(eventDelayMs, undefined, { signal })
  else await setImmediate(undefined, { signal })
}

/** The body as it will be written: event by event when there are pauses, else in as few writes as the step allows. */
function piecesToSend(answer: Answer, frames: readonly Frame[]): Uint8Array[] {
  const { recording, chunkBytes, eventDelayMs, interruption } = answer
  const events =
    recording === undefined
      ? framesToSend(frames, answer).map(({ text }) => Buffer.from(text))
      : [Buffer.from(recording)]
  const bytesMax = interruption?.kind === 'cuts-bytes' ? interruption.afterBytes : Number.POSITIVE_INFINITY
  const pieces = upTo(events, bytesMax)

  if (chunkBytes !== undefined) return slices(Buffer.concat(pieces), chunkBytes)
  return eventDelayMs > 0 || pieces.length === 0 ? pieces : [Buffer.concat(pieces)]
}

function framesToSend(frames: readonly Frame[], { ending, interruption }: Answer): readonly Frame[] {
  const firstTerminal = frames.findIndex(({ isTerminal }) => isTerminal)
  const unfinished = firstTerminal === -1 ? frames : frames.slice(0, firstTerminal)
  if (ending?.kind === 'no-terminal-event') return unfinished
  if (interruption?.kind === 'cuts') return frames.slice(0, interruption.afterEvents)
  if (interruption?.kind !== 'stalls') return frames
  return interruption.afterEvents === 'terminal' ? unfinished : frames.slice(0, interruption.afterEvents)
}

function upTo(pieces: readonly Uint8Array[], bytesMax: number): Uint8Array[] {
  const kept: Uint8Array[] = []
  let left = bytesMax
  for (const piece of pieces) {
    if (left <= 0) break
    kept.push(piece.subarray(0, Math.min(left, piece.length)))
    left -= piece.length
  }
  return kept
}

function slices(piece: Uint8Array, size: number): Uint8Array[] {
  const parts: Uint8Array[] = []
  for (let start = 0; start < piece.length; start += size) parts.push(piece.subarray(start, start + size))
  return parts
}

/** Waits until the kernel has the bytes, so that a cut right behind them cannot swallow them. */
function flushed(response: ServerResponse, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve()
      return
    }
    const done = () => {
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
    response.write(bytes, done)
  })
}
