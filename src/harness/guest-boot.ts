/** Boots guests: an engine with our prelude in it, before anybody knows which script it will run. */

import releaseSync from '@jitl/quickjs-wasmfile-release-sync'
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
  type QuickJSSyncVariant,
} from 'quickjs-emscripten-core'
import { PRELUDE } from './guest/prelude.ts'
import { WEB } from './guest/web.ts'
import { GuestImage } from './guest-image.ts'
import { type GuestMemory, guestMemory } from './guest-memory.ts'
import { WebAnswers } from './web-answers.ts'
import type { Catalogue } from './worker-messages.ts'

const FUNCTION_NAMES = ['install', 'start', 'settle', 'runTimer', 'flush'] as const

export type GuestFunction = (typeof FUNCTION_NAMES)[number]
export type GuestFunctions = Readonly<Record<GuestFunction, QuickJSHandle>>

/** What the guest calls while a script runs; whoever runs one puts its own in. */
export interface GuestCallbacks {
  onEvent: (json: string) => void
  onStop: (reason: string) => void
}

export interface BootedGuest {
  readonly memoryBytesMax: number
  readonly catalogueId: number | undefined
  readonly memory: GuestMemory
  readonly runtime: QuickJSRuntime
  readonly context: QuickJSContext
  readonly functions: GuestFunctions
  readonly callbacks: GuestCallbacks
}

// Its types say that the import gives the module; Node gives the module's default.
const baseVariant = ('default' in releaseSync ? releaseSync.default : releaseSync) as QuickJSSyncVariant

/** The engine's side of it: the same work in the same order each time, so that an image fits. */
interface Engine {
  readonly memory: GuestMemory
  readonly runtime: QuickJSRuntime
  readonly context: QuickJSContext
  readonly callbacks: GuestCallbacks
  /** The object that the prelude is handed; the prelude's functions are kept on it. */
  readonly host: QuickJSHandle
  readonly landmark: string
}

export class GuestBoot {
  readonly #wasm: WebAssembly.Module
  #bare: GuestImage | undefined
  /** With the tools that were asked for last. */
  #equipped: GuestImage | undefined

  constructor(wasm: WebAssembly.Module) {
    this.#wasm = wasm
  }

  /** The first of its kind runs the prelude, for about 7 ms; those after it begin as copies of its memory. */
  async boot(memoryBytesMax: number, catalogue: Catalogue | undefined): Promise<BootedGuest> {
    const engine = await this.#startEngine(memoryBytesMax)
    const functions = this.#setUp(engine, catalogue)
    const { memory, runtime, context, callbacks } = engine
    return { memoryBytesMax, catalogueId: catalogue?.id, memory, runtime, context, functions, callbacks }
  }

  async #startEngine(memoryBytesMax: number): Promise<Engine> {
    const memory = guestMemory(memoryBytesMax)
    const silent = () => {}
    const variant = newVariant(baseVariant, {
      wasmModule: this.#wasm,
      wasmMemory: memory.memory,
      // Its glue prints to the console what an abort says.
      emscriptenModule: { print: silent, printErr: silent } as object,
      log: silent,
    })
    const module = await newQuickJSWASMModuleFromVariant(variant)
    const runtime = module.newRuntime()
    const context = runtime.newContext()
    const callbacks: GuestCallbacks = { onEvent: () => {}, onStop: () => {} }
    return { memory, runtime, context, callbacks, ...makeHost(context, callbacks) }
  }

  #setUp({ memory, context, host, landmark }: Engine, catalogue: Catalogue | undefined): GuestFunctions {
    const fits = (image: GuestImage | undefined) => image?.landmark === landmark
    if (catalogue !== undefined && this.#equipped?.catalogueId === catalogue.id && fits(this.#equipped)) {
      this.#equipped.restore(memory.memory)
      return findFunctions(context, host)
    }

    if (fits(this.#bare)) this.#bare?.restore(memory.memory)
    else {
      evaluatePrelude(context, host)
      this.#bare = new GuestImage(memory.memory, undefined, landmark)
    }
    const functions = findFunctions(context, host)
    if (catalogue !== undefined) {
      installCatalogue(context, functions, catalogue)
      this.#equipped = new GuestImage(memory.memory, catalogue.id, landmark)
    }
    return functions
  }
}

function makeHost(context: QuickJSContext, callbacks: GuestCallbacks): Pick<Engine, 'host' | 'landmark'> {
  const answers = new WebAnswers()
  const parts = {
    // What these give back would become the guest's value.
    emit: context.newFunction('emit', (json) => {
      callbacks.onEvent(context.getString(json))
    }),
    stop: context.newFunction('stop', (reason) => {
      callbacks.onStop(context.getString(reason))
    }),
    askWeb: context.newFunction('askWeb', (request) =>
      context.newString(answers.answer(context.getString(request))),
    ),
    loadWeb: context.newFunction('loadWeb', () => {
      const maker = context.evalCode(WEB, 'harness.js', { strict: true })
      // Only memory or a stop can be in its way; the script then ends by that.
      return maker.error === undefined ? maker.value : context.undefined
    }),
  }
  const host = context.newObject()
  for (const [name, part] of Object.entries(parts)) context.setProp(host, name, part)
  const landmark = [host, ...Object.values(parts)].map(({ value }) => value).join()
  return { host, landmark }
}

function evaluatePrelude(context: QuickJSContext, host: QuickJSHandle): void {
  const prelude = context.unwrapResult(context.evalCode(PRELUDE, 'harness.js', { strict: true }))
  const guest = context.unwrapResult(context.callFunction(prelude, context.undefined, host))
  context.setProp(host, 'guest', guest)
  guest.dispose()
  prelude.dispose()
}

function findFunctions(context: QuickJSContext, host: QuickJSHandle): GuestFunctions {
  const guest = context.getProp(host, 'guest')
  const found = FUNCTION_NAMES.map((name) => [name, context.getProp(guest, name)] as const)
  return Object.fromEntries(found) as Record<GuestFunction, QuickJSHandle>
}

/** Tells a guest the tools that its script will find. */
export function installCatalogue(
  context: QuickJSContext,
  { install }: GuestFunctions,
  { names, all, spawns }: Catalogue,
): void {
  const texts = [JSON.stringify(names), all, spawns ? 'spawns' : ''].map((text) => context.newString(text))
  context.unwrapResult(context.callFunction(install, context.undefined, texts)).dispose()
  for (const text of texts) text.dispose()
}
