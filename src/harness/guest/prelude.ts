/** The program that each guest starts with, and the four functions the worker calls in it. */

import { makeCalls } from './calls.ts'
import { makeCodec } from './codec.ts'
import { makeGlobals } from './globals.ts'
import { captureRealm } from './realm.ts'
import { makeShow } from './show.ts'

/** What a script is started with, as JSON. */
export interface GuestSetup {
  readonly callsMax: number
  readonly argumentChars: number
  readonly resultChars: number
  readonly consoleChars: number
  readonly consoleLines: number
  readonly context: unknown
  readonly stored: ReadonlyArray<readonly [key: string, tagged: 0 | 1, text: string]>
}

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
    }

/** A call as the script made it. */
export type GuestCall = readonly [id: number, path: string, tagged: 0 | 1, args: unknown]

export interface GuestEnd {
  readonly outcome: GuestOutcome
  /** Made since the last report. */
  readonly calls: readonly GuestCall[]
  readonly unattended: ReadonlyArray<
    readonly [id: number, attention: 'none' | 'awaited' | 'chained' | 'combined']
  >
  readonly consoleDropped: number
}

/** Sent to the guest as text: uses nothing from outside itself but the makers it is given. */
function startGuest(
  makers: {
    captureRealm: typeof captureRealm
    makeCodec: typeof makeCodec
    makeShow: typeof makeShow
    makeCalls: typeof makeCalls
    makeGlobals: typeof makeGlobals
  },
  host: { emit: (json: string) => void; stop: (reason: string) => void },
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
  const globals = makers.makeGlobals(realm, codec, show, { emit: host.emit, halt })
  const { parse, stringify } = realm

  let end: string | undefined
  let resultChars = 0
  globals.install()

  const isUnknownTool = (name: string, message: string): boolean =>
    calls.unknownTool() !== '' &&
    name === 'TypeError' &&
    (message === 'not a function' || realm.startsWith(message, 'cannot read property'))

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
    const { name, message, stack } = codec.describeError(thrown)
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
      name,
      message: realm.slice(message, 0, 8192),
      stack,
      path,
      __proto__: null,
    })
  }

  const finish = (outcome: string): void => {
    end ??= `{"outcome":${outcome},"unattended":${calls.takeUnattended()},"consoleDropped":${globals.dropped()}`
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

  const defineGlobal = (name: string, descriptor: PropertyDescriptor) =>
    realm.defineProperty(realm.global, name, { enumerable: true, ...descriptor })

  return {
    /** Before the script: the tools by name; `all` is what ALL_TOOLS says, parsed only if it is asked for. */
    install(catalogueJson: string, all: string): void {
      defineGlobal('tools', { value: calls.buildTree(parse(catalogueJson)), configurable: true })
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

    /** `state|calls under way|milliseconds to the next timer|text`: state 1 with the end, 0 with new calls. */
    flush(): string {
      if (end !== undefined) return `1|0|-1|${end},"calls":[${calls.takeOutbox()}]}`
      return `0|${calls.pendingCount()}|${globals.timerDelay()}|${calls.takeOutbox()}`
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
}, host))`
