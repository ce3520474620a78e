/** Starts the provider process of a bench. */

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Heard, Play, ProviderMessage, ToProvider } from './provider-messages.ts'

export interface BenchProvider extends Disposable {
  /** A base URL whose first requests are answered by this play. */
  play(play: Play): Promise<PlayedTurn>
}

export interface PlayedTurn {
  readonly url: string
  /** What came in, once the client is done. */
  heard(): Promise<Heard>
}

export async function startBenchProvider(): Promise<BenchProvider> {
  const child = fork(fileURLToPath(new URL('provider.ts', import.meta.url)), { execArgv: [] })
  const replies = new Map<string, (message: ProviderMessage) => void>()
  const [first]: ProviderMessage[] = await once(child, 'message')
  const port = first?.type === 'listening' ? first.port : 0
  child.on('message', (message: ProviderMessage) => {
    if (message.type !== 'listening') replies.get(message.name)?.(message)
  })

  const ask = (message: ToProvider): Promise<ProviderMessage> =>
    new Promise((resolve) => {
      replies.set(message.name, resolve)
      child.send(message)
    })

  let count = 0
  return {
    async play(play) {
      const name = `turn-${++count}`
      await ask({ type: 'play', name, play })
      return {
        url: `http://127.0.0.1:${port}/${name}/v1`,
        async heard() {
          const reply = await ask({ type: 'hear', name })
          replies.delete(name)
          return reply.type === 'heard' ? reply : { asked: [], answered: [] }
        },
      }
    },
    [Symbol.dispose]: () => child.disconnect(),
  }
}
