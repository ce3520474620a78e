/** The least that a script with tool calls can cost in a pooled QuickJS worker: no limits, no checks, no errors. */

import { parentPort, workerData } from 'node:worker_threads'
import releaseSync from '@jitl/quickjs-wasmfile-release-sync'
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSSyncVariant,
} from 'quickjs-emscripten-core'

const PRELUDE = `(() => {
  const waiting = new Map()
  const send = globalThis.send
  let count = 0
  globalThis.tools = { echo: (argument) => new Promise((resolve) => {
    waiting.set(++count, resolve)
    send(count, JSON.stringify(argument))
  }) }
  return (json) => {
    for (const [id, value] of JSON.parse(json)) {
      waiting.get(id)(value)
      waiting.delete(id)
    }
  }
})()`

interface Guest {
  readonly context: QuickJSContext
  readonly settle: QuickJSHandle
  calls: Array<[id: number, argument: string]>
  value: string | undefined
}

const port = parentPort
if (port === null) throw new Error('This file is started by the benchmark, as a worker.')
const base = ('default' in releaseSync ? releaseSync.default : releaseSync) as QuickJSSyncVariant
const engine = await newQuickJSWASMModuleFromVariant(newVariant(base, { wasmModule: workerData.wasm }))

function boot(): Guest {
  const context = engine.newRuntime().newContext()
  const define = (name: string, run: (...args: QuickJSHandle[]) => void) => {
    context.newFunction(name, run).consume((handle) => context.setProp(context.global, name, handle))
  }
  define('send', (id, argument) => {
    if (id && argument) guest.calls.push([context.getNumber(id), context.getString(argument)])
  })
  define('done', (value) => {
    if (value) guest.value = context.getString(value)
  })
  const settle = context.unwrapResult(context.evalCode(PRELUDE))
  const guest: Guest = { context, settle, calls: [], value: undefined }
  return guest
}

let guest = boot()

function goOn(): void {
  guest.context.runtime.executePendingJobs()
  if (guest.value === undefined) {
    port?.postMessage({ calls: guest.calls })
    guest.calls = []
    return
  }
  port?.postMessage({ value: guest.value })
  guest.settle.dispose()
  guest.context.dispose()
  guest.context.runtime.dispose()
  guest = boot()
}

port.on('message', ({ source, results }: { source?: string; results?: string }) => {
  const { context, settle } = guest
  if (source !== undefined) {
    const program = `(async () => {${source}\n})().then((value) => done(JSON.stringify(value) ?? 'null'))`
    context.unwrapResult(context.evalCode(program)).dispose()
  } else {
    const text = context.newString(results ?? '[]')
    context.unwrapResult(context.callFunction(settle, context.undefined, text)).dispose()
    text.dispose()
  }
  goOn()
})
port.postMessage({ ready: true })
