/** The way back to a client, and who of the two closes it. */

import { once } from 'node:events'
import type { ServerResponse } from 'node:http'

export interface Connection {
  readonly response: ServerResponse
  /** Aborted when the response is over, for whatever reason. */
  readonly signal: AbortSignal
  /** Who ended the response: the client when it was not whole and not dropped. */
  readonly over: Promise<'client' | 'provider'>
  /** Closes the socket, when the kernel has all that was written. */
  drop(): Promise<void>
}

export function connectionOf(response: ServerResponse): Connection {
  const closing = new AbortController()
  const { signal } = closing
  const over = Promise.withResolvers<'client' | 'provider'>()
  let isDropped = false

  // A write to a client that is gone fails, and `over` tells of that.
  response.on('error', () => {})
  response.on('close', () => {
    closing.abort()
    over.resolve(isDropped || response.writableFinished ? 'provider' : 'client')
  })

  const drop = async (): Promise<void> => {
    const { socket } = response
    if (socket === null) return
    if (socket.writableLength > 0) await once(socket, 'drain', { signal })
    isDropped = true
    socket.destroy()
  }
  return { response, signal, over: over.promise, drop }
}
