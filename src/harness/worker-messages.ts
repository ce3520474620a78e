/** What the host's thread and a pool worker say to each other. */

import type { CatalogueNames } from './guest/calls.ts'
import type { GuestEnd } from './guest/prelude.ts'
import type { ScriptLimits } from './limits.ts'

export interface WorkerData {
  readonly wasm: WebAssembly.Module
  /** Int32 fields, see `SHARED`. */
  readonly shared: SharedArrayBuffer
  readonly memoryBytesMax: number
}

/** The fields that both threads read and write without a message. */
export const SHARED = {
  /** One of `STOP_FLAG`, written by the host, read while a script runs. */
  stop: 0,
  /** Low bits of Date.now() when the guest was last entered; 0 while it is not running. Written by the worker. */
  enteredAt: 1,
  /** Milliseconds the guest has run in all, without the present stretch. Written by the worker. */
  cpuMs: 2,
  fields: 3,
} as const

/** Date.now() in what an Int32 holds, never 0. */
export const sharedNow = () => (Date.now() & 0x3fffffff) | 1

export const STOP_FLAG = { none: 0, timeout: 1, aborted: 2, stopped: 3 } as const

/** Why a script was ended where it stood; whatever it says itself counts for nothing then. */
export type StopReason =
  | 'timeout'
  | 'aborted'
  | 'cpu'
  | 'instructions'
  | 'memory'
  | 'stack'
  | 'killed'
  | 'deadlock'
  | 'limit-calls'
  | 'limit-tasks'
  | 'limit-output'
  | 'stopped'
  | 'exit'

/** A script that was ended where it stood. */
export interface ScriptStopped {
  readonly stop: StopReason
  /** At a deadlock: settled calls whose promise nobody had looked at. */
  readonly unseen?: readonly number[]
}

/** The tools a script finds, made once for all scripts that have the same. */
export interface Catalogue {
  readonly id: number
  readonly names: readonly CatalogueNames[]
  /** JSON of what ALL_TOOLS says. */
  readonly all: string
  /** Whether there is `tools.spawn`. */
  readonly spawns: boolean
}

export type ToWorker =
  | {
      readonly type: 'run'
      readonly runId: number
      /** JavaScript, the body of an async function. */
      readonly body: string
      readonly catalogueId: number
      /** Left out when this worker has been told. */
      readonly catalogue?: Catalogue
      /** JSON of `GuestSetup`. */
      readonly setup: string
      readonly limits: Pick<ScriptLimits, 'cpuMs' | 'ticksMax' | 'memoryBytesMax' | 'stackBytesMax'>
    }
  /** JSON of `SettledCall[]`. */
  | { readonly type: 'settle'; readonly runId: number; readonly batch: string }
  /** The stop flag was written: look, should nothing be running. */
  | { readonly type: 'stop'; readonly runId: number }

export type FromWorker =
  /** An instance is booted: a script can start at once. */
  | { readonly type: 'ready' }
  /** JSON of `GuestCall[]`; `clock`: items of a JSON array of `ClockRead`, which were read before. */
  | { readonly type: 'calls'; readonly runId: number; readonly calls: string; readonly clock: string }
  /** JSON of one of the guest's events. */
  | { readonly type: 'event'; readonly runId: number; readonly event: string }
  | {
      readonly type: 'done'
      readonly runId: number
      /** JSON of `GuestEnd`, or why the script was stopped. */
      readonly end: string | ScriptStopped
      readonly clock: string
      /** Bytes of linear memory that the script had taken at its end. */
      readonly memoryBytes: number
      /** False: the engine broke, and this worker should not be used again. */
      readonly healthy: boolean
    }

export type { GuestEnd }
