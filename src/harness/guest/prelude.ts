/** The program that each guest starts with, and the functions the worker calls in it. */

import { type CallLimits, type GuestCall, makeCalls } from './calls.ts'
import { makeCodec } from './codec.ts'
import { type GlobalLimits, makeGlobals } from './globals.ts'
import { captureRealm } from './realm.ts'
import { type ClockRead, makeSamples } from './samples.ts'
import { makeShow } from './show.ts'
import type { AskHost, WebMaker } from './web.ts'

/** What a script is started with, as JSON. */
export interface GuestSetup extends CallLimits, GlobalLimits {
  readonly context: unknown
  readonly seed: string
  /** What the first reads of the clock are to see. */
  readonly clock: readonly ClockRead[]
  readonly stored: ReadonlyArray<readonly [key: string, tagged: 0 | 1, text: string]>
}

export type { GuestCall } from './calls.ts'

/** How a script ended, as the guest says it. */
export type GuestOutcome =
  | { readonly ok: true; readonly tagged: 0 | 1; readonly value: unknown }
  | {
      readonly ok: false
      readonly kind: string
      readonly name: string
      readonly message: string
      readonly stack: string
      /** The tool whose call ended the script, or the name under `tools` that there is not. */
      readonly path: string
      /** Names of the script's own classes that the error is of, one a line. */
      readonly makers?: string
    }

export interface GuestEnd {
  readonly outcome: GuestOutcome
  /** Made since the last report. */
  readonly calls: readonly GuestCall[]
  readonly unattended: ReadonlyArray<
    readonly [id: number, attention: 'none' | 'awaited' | 'chained' | 'combined']
  >
  readonly consoleDropped: number
  /** Names under `tools` that were asked for and are not there; the first few. */
  readonly unknownTools: readonly string[]
}

/** Sent to the guest as text: uses nothing from outside itself but the makers it is given. */
function startGuest(
  makers: {
    captureRealm: typeof captureRealm
    makeCodec: typeof makeCodec
    makeShow: typeof makeShow
    makeCalls: typeof makeCalls
    makeGlobals: typeof makeGlobals
    makeSamples: typeof makeSamples
  },
  host: {
    emit: (json: string) => void
    stop: (reason: string) => void
    loadWeb: () => WebMaker
    askWeb: AskHost
  },
) {
  const realm = makers.captureRealm()
  const codec = makers.makeCodec(realm)
  const show = makers.makeShow(realm, codec)
  /** Ends the script where it stands: the host says no at the engine's next question, and nothing can catch that. */
  const halt = (reason: string): never => {
    host.stop(reason)
    for (;;) {
      // until the engine asks
    }
  }
  const calls = makers.makeCalls(realm, codec, halt)
  const samples = makers.makeSamples(realm)
  const { emit, loadWeb, askWeb } = host
  const globals = makers.makeGlobals(realm, codec, show, { emit, halt, loadWeb, askWeb })
  const { parse, stringify } = realm

  let end: string | undefined
  let resultChars = 0

  const isUnknownTool = (name: string, message: string): boolean =>
    calls.unknownTool() !== '' &&
    name === 'TypeError' &&
    (message === 'not a function' ||
      (realm.startsWith(message, 'cannot read property') && realm.slice(message, -12) === 'of undefined'))

  /** What it is made of, where its own message says nothing. */
  const messageOf = (thrown: object, message: string): string => {
    const errors = message === '' ? codec.dataField(thrown, 'errors') : undefined
    if (!realm.isArray(errors)) return message
    let text = ''
    for (let index = 0; index < errors.length && index < 5; index++) {
      const error = realm.descriptorOf(errors, index)?.value
      text += `${index === 0 ? '' : '; '}${realm.slice(show(error), 0, 500)}`
    }
    return `all ${errors.length} failed: ${text}`
  }

  const describeThrown = (thrown: unknown): string => {
    if (typeof thrown !== 'object' || thrown === null || !realm.isError(thrown)) {
      const message = `The script threw a value that is no Error: ${show(thrown)}`
      return stringify({
        ok: false,
        kind: 'runtime',
        name: '',
        message,
        stack: '',
        path: '',
        __proto__: null,
      })
    }
    const described = codec.describeError(thrown)
    const { name, stack } = described
    const message = messageOf(thrown, described.message)
    const mark = realm.weakGet(realm.marks, thrown) as { kind: string; path?: string } | undefined
    let kind = 'runtime'
    let path = ''
    if (mark !== undefined) {
      kind = mark.kind
      path = mark.path ?? ''
    } else if (isUnknownTool(name, message)) {
      kind = 'unknown-tool'
      path = calls.unknownTool()
    }
    return stringify({
      ok: false,
      kind,
      name: realm.slice(name, 0, 200),
      message: realm.slice(message, 0, 8192),
      stack: realm.slice(stack, 0, 8192),
      path,
      makers: codec.makersOf(thrown),
      __proto__: null,
    })
  }

  const finish = (outcome: string): void => {
    end ??= `{"outcome":${outcome},"unattended":${calls.takeUnattended()},"consoleDropped":${globals.dropped()},"unknownTools":[${calls.unknownTools()}]`
  }

  const succeed = (value: unknown): void => {
    try {
      const encoded = codec.encode(value, { name: 'result', charsMax: resultChars, tooLarge: 'limit-output' })
      finish(`{"ok":true,"tagged":${encoded.tagged ? 1 : 0},"value":${encoded.text}}`)
    } catch (error) {
      finish(describeThrown(error))
    }
  }

  const fail = (thrown: unknown): void => finish(describeThrown(thrown))

  globals.install(fail)
  samples.install()

  const defineGlobal = (name: string, descriptor: PropertyDescriptor) =>
    realm.defineProperty(realm.global, name, { enumerable: true, ...descriptor })

  return {
    /** Before the script: the tools by name; `all` is what ALL_TOOLS says, parsed only if it is asked for. */
    install(catalogueJson: string, all: string, spawns: string): void {
      const tree = calls.buildTree(parse(catalogueJson), spawns === 'spawns')
      defineGlobal('tools', { value: tree, configurable: true })
      let parsed: unknown
      defineGlobal('ALL_TOOLS', {
        get: () => {
          parsed ??= codec.accept(parse(all), false)
          return parsed
        },
        configurable: true,
      })
    },

    start(script: () => Promise<unknown>, setupJson: string): void {
      const setup = parse(setupJson) as GuestSetup
      resultChars = setup.resultChars
      calls.limit(setup)
      globals.limit(setup)
      globals.prefill(setup.stored)
      samples.begin(setup.seed, setup.clock)
      defineGlobal('context', { value: codec.accept(setup.context, false) })

      const promise = script()
      // With this, `then` looks up no species of the script's.
      realm.defineProperty(promise, 'constructor', {
        __proto__: null,
        value: undefined,
      } as PropertyDescriptor)
      realm.apply(realm.promiseThen, promise, [succeed, fail])
    },

    settle(batchJson: string): void {
      calls.settle(parse(batchJson))
    },

    runTimer(): void {
      try {
        globals.runTimer()
      } catch (error) {
        fail(error)
      }
    },

    /**
     * `state|milliseconds to the next timer|clock reads|text`: state 0 with new calls; 1 with the end; 2 when nothing can
     * happen any more, with the calls whose promise nobody looked at.
     */
    flush(): string {
      if (end !== undefined) return `1|-1|${samples.take()}|${end},"calls":[${calls.takeOutbox()}]}`
      const delay = globals.timerDelay()
      if (delay < 0 && calls.pendingCount() === 0) return `2|-1||[${calls.unseen()}]`
      const made = calls.takeOutbox()
      return `0|${delay}|${made === '' ? '' : samples.take()}|${made}`
    },
  }
}

/** An expression of JavaScript: a function of `host` that sets the guest up and gives the worker's functions. */
export const PRELUDE = `(host => (${startGuest})({
  captureRealm: ${captureRealm},
  makeCodec: ${makeCodec},
  makeShow: ${makeShow},
  makeCalls: ${makeCalls},
  makeGlobals: ${makeGlobals},
  makeSamples: ${makeSamples},
}, host))`
