/** A thread that makes sources ready, so that no host waits for a parser. */

import { parentPort } from 'node:worker_threads'
import { prepareSource, StripperBrokeError } from './prepare-source.ts'
import type { PreparedSource, StripReply, StripRequest } from './prepared-source.ts'

if (parentPort === null) throw new Error('This file is started by the script engine, as a worker.')
const port = parentPort

function tryPrepare(source: string): Pick<StripReply, 'prepared' | 'healthy'> {
  try {
    return { prepared: prepareSource(source), healthy: true }
  } catch (error) {
    const isStack = error instanceof RangeError || error instanceof StripperBrokeError
    const message = isStack
      ? 'The script could not be parsed: it is nested too deeply, or the parser gave up on it. Write it more simply.'
      : `The script could not be parsed: ${String(error)}`
    const prepared: PreparedSource = { ok: false, kind: 'syntax', message }
    return { prepared, healthy: false }
  }
}

port.on('message', ({ id, source }: StripRequest) => {
  const reply: StripReply = { id, ...tryPrepare(source) }
  port.postMessage(reply)
})
