/** Starts a thread of ours, with as little of the host's surroundings as can be. */

import { Worker } from 'node:worker_threads'
import { workerUrl } from './worker-url.ts'

export interface ThreadOptions {
  readonly workerData?: unknown
  /** MiB of the thread's own stack. */
  readonly stackSizeMb: number
  // biome-ignore lint/suspicious/noExplicitAny: each thread has its own messages, and both ends are ours.
  readonly onMessage: (message: any) => void
}

/** It does not keep the process alive. It sees no environment variable, and what it prints goes nowhere: its streams are kept unread, since reading them would hold the process. */
export function startThread(name: string, { workerData, stackSizeMb, onMessage }: ThreadOptions): Worker {
  const worker = new Worker(workerUrl(name), {
    workerData,
    env: {},
    execArgv: [],
    // Taken, and not read: to read them would hold the process.
    stdout: true,
    stderr: true,
    // A small nursery: what a dropped engine leaves is found soon, and idle threads hold less.
    resourceLimits: { stackSizeMb, maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 4 },
  })
  worker.on('message', onMessage)
  // Last, for whoever listens to a thread's messages holds the process.
  worker.unref()
  return worker
}
