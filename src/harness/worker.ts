/** A pool worker: keeps one guest booted, runs one script at a time in it, boots the next. */

import { parentPort, workerData } from 'node:worker_threads'
import { GuestBoot } from './guest-boot.ts'
import { GuestInstance, type GuestState } from './guest-instance.ts'
import type { Catalogue, FromWorker, ToWorker, WorkerData } from './worker-messages.ts'

if (parentPort === null) throw new Error('This file is started by the script engine, as a worker.')
const port = parentPort
const { wasm, shared, memoryBytesMax }: WorkerData = workerData
const fields = new Int32Array(shared)

const guests = new GuestBoot(wasm)
const catalogues = new Map<number, Catalogue>()
let latestCatalogue: Catalogue | undefined
let next: Promise<GuestInstance>
let current: { readonly runId: number; readonly guest: GuestInstance; timer?: NodeJS.Timeout } | undefined

const post = (message: FromWorker) => port.postMessage(message)

async function boot(memory = memoryBytesMax): Promise<GuestInstance> {
  return new GuestInstance(await guests.boot(memory, latestCatalogue), fields)
}

async function bootNext(): Promise<void> {
  next = boot()
  await next
  post({ type: 'ready' })
}

/** The booted guest, unless this run wants what it cannot give. */
async function guestFor(message: ToWorker & { type: 'run' }): Promise<GuestInstance> {
  const booted = await next
  const fits =
    message.limits.memoryBytesMax <= booted.memoryBytesMax &&
    (booted.catalogueId === undefined || booted.catalogueId === message.catalogueId)
  return fits ? booted : boot(Math.max(memoryBytesMax, message.limits.memoryBytesMax))
}

async function run(message: ToWorker & { type: 'run' }): Promise<void> {
  if (message.catalogue !== undefined) catalogues.set(message.catalogueId, message.catalogue)
  latestCatalogue = catalogues.get(message.catalogueId)
  const { runId, body, setup, limits } = message
  const guest = await guestFor(message)
  current = { runId, guest }
  if (guest.catalogueId === undefined && latestCatalogue !== undefined) guest.install(latestCatalogue)
  report(guest.start({ body, setup, limits, onEvent: (event) => post({ type: 'event', runId, event }) }))
}

/** Tells the host how the guest stands, and sees to its timers. */
function report(state: GuestState | undefined): void {
  if (current === undefined || state === undefined) return
  clearTimeout(current.timer)
  const { runId, guest } = current
  if (state.type === 'ended') {
    current = undefined
    const { end, clock } = state
    post({ type: 'done', runId, end, clock, memoryBytes: guest.memoryBytes, healthy: guest.healthy })
    setImmediate(bootNext)
    return
  }
  if (state.calls !== '') post({ type: 'calls', runId, calls: state.calls, clock: state.clock })
  if (state.timerMs >= 0) current.timer = setTimeout(() => report(current?.guest.runTimer()), state.timerMs)
}

port.on('message', (message: ToWorker) => {
  if (message.type === 'run') void run(message)
  else if (current?.runId !== message.runId) return
  else if (message.type === 'settle') report(current.guest.settle(message.batch))
  else report(current.guest.look())
})

await bootNext()
