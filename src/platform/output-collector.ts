/** Takes a command's output from its pipes: keeps the ends of it, and hands all of it on. */

import type { CommandRequest, CommandResult } from './command.ts'
import { type HeadTailBuffer, headTailBuffer } from './head-tail-buffer.ts'
import { characterCutter } from './utf8.ts'
import { within } from './within.ts'

type StreamName = 'stdout' | 'stderr'

export interface OutputBounds extends Pick<CommandRequest, 'onOutput'> {
  /** Kept of stdout and of stderr. */
  readonly streamBytesMax: number
  /** Kept of both together. */
  readonly aggregatedBytesMax: number
  /** How long after the end of the command its output is waited for, while others hold the pipes open. */
  readonly drainMs: number
  /** All output, whole characters at a time. */
  readonly onBytes?: (bytes: Buffer) => void
}

/** Where bytes come from. */
export interface ByteSource {
  onBytes(listener: (bytes: Buffer) => void): void
  pause(): void
  resume(): void
}

export interface OutputCollector {
  read(name: StreamName, source: ByteSource): void
  accept(name: StreamName, bytes: Buffer): Promise<void> | undefined
  /** What was kept. What comes later is read, so that nobody stalls on a full pipe, and dropped. */
  result(end: Pick<CommandResult, 'exitCode' | 'signal' | 'timedOut' | 'durationMs'>): Promise<CommandResult>
}

export function collectOutput(options: OutputBounds): OutputCollector {
  const kept = {
    stdout: headTailBuffer(options.streamBytesMax),
    stderr: headTailBuffer(options.streamBytesMax),
    aggregated: headTailBuffer(options.aggregatedBytesMax),
  } satisfies Record<string, HeadTailBuffer>
  const cut = { stdout: characterCutter(), stderr: characterCutter() }
  const listener = serialListener(options.onOutput)
  let isOver = false

  const accept = (name: StreamName, bytes: Buffer): Promise<void> | undefined => {
    if (isOver || bytes.length === 0) return undefined
    kept[name].push(bytes)
    kept.aggregated.push(bytes)
    options.onBytes?.(bytes)
    return listener.tell(name, bytes)
  }

  return {
    accept,
    read(name, source) {
      source.onBytes((chunk) => {
        const told = accept(name, cut[name](chunk))
        if (told === undefined) return
        source.pause()
        void told.then(() => source.resume())
      })
    },
    async result(end) {
      for (const name of ['stdout', 'stderr'] as const) void accept(name, cut[name]())
      await within(listener.told(), { ms: options.drainMs })
      isOver = true
      const stdout = kept.stdout.read()
      const stderr = kept.stderr.read()
      return {
        ...end,
        stdout: stdout.text,
        stderr: stderr.text,
        aggregated: kept.aggregated.read().text,
        truncated: stdout.omittedBytes + stderr.omittedBytes > 0,
      }
    },
  }
}

/** Calls a listener for one piece of a stream after the other, and no more once it has failed. */
function serialListener(onOutput: OutputBounds['onOutput']) {
  let listener = onOutput
  const pending: Record<StreamName, Promise<void> | undefined> = { stdout: undefined, stderr: undefined }
  const giveUp = () => {
    listener = undefined
  }

  const call = (name: StreamName, text: string): Promise<void> | undefined => {
    try {
      const told = listener?.(name, text)
      return told instanceof Promise ? told.catch(giveUp) : undefined
    } catch {
      giveUp()
      return undefined
    }
  }

  return {
    tell(name: StreamName, bytes: Buffer): Promise<void> | undefined {
      if (listener === undefined) return undefined
      const text = bytes.toString()
      // Node lets a paused pipe flow again when its process ends, so pausing alone keeps no order.
      pending[name] = pending[name]?.then(() => call(name, text)) ?? call(name, text)
      return pending[name]
    },
    async told(): Promise<void> {
      await Promise.all(Object.values(pending))
    },
  }
}
