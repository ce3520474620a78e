/** A real Redis server on a socket of its own, gone when the test is over. */

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { tempFolder } from './temp-folder.ts'

export const hasRedisServer = spawnSync('redis-server', ['--version']).status === 0

export interface RedisServerProcess extends AsyncDisposable {
  /** Where clients connect. */
  readonly socket: string
}

/** Keeps nothing on the disk, and opens no port. */
export async function startRedisServer(): Promise<RedisServerProcess> {
  const folder = await tempFolder()
  const socket = path.join(folder.path, 'redis.sock')
  const options = ['--port', '0', '--unixsocket', socket, '--save', '', '--appendonly', 'no']
  const server = spawn('redis-server', [...options, '--dir', folder.path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  for await (const chunk of server.stdout.iterator({ destroyOnReturn: false })) {
    said += chunk
    if (said.includes('Ready to accept connections') || said.includes('ready to accept connections')) break
  }
  server.stdout.resume()
  if (server.exitCode !== null) throw new Error(`redis-server did not start: ${said}`)
  return {
    socket,
    async [Symbol.asyncDispose]() {
      const exit = once(server, 'exit')
      server.kill('SIGKILL')
      await exit
      await folder[Symbol.asyncDispose]()
    },
  }
}
