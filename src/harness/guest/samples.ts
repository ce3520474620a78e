/** What a guest reads of the changing world: live, or as an earlier run read it. */

import type { Realm } from './realm.ts'

export type GuestSamples = ReturnType<typeof makeSamples>

/** Milliseconds since 1970, and how often in a row they were read. */
export type ClockRead = readonly [timeMs: number, reads: number]

/** Sent to the guest as text: uses nothing from outside itself. */
export function makeSamples(realm: Realm) {
  const { imul } = realm
  /** Beyond it reads are no longer told, so that a loop that looks at the clock fills no journal. */
  const TOLD_MAX = 10_000

  // Time

  let recorded: readonly ClockRead[] = []
  let recordedAt = 0
  let readsOfRecorded = 0
  let latest = 0
  let origin = 0
  let outbox = ''
  let runReads = 0
  let toldCount = 0

  const closeRun = (): void => {
    if (runReads === 0) return
    outbox += `${outbox === '' ? '' : ','}[${latest},${runReads}]`
    runReads = 0
    toldCount++
  }

  const live = (): number => {
    const real = realm.now()
    const now = real > latest ? real : latest
    if (now !== latest) closeRun()
    latest = now
    if (toldCount < TOLD_MAX) runReads++
    return now
  }

  const read = (): number => {
    const entry = recorded[recordedAt]
    if (entry === undefined) return live()
    if (++readsOfRecorded >= entry[1]) {
      recordedAt++
      readsOfRecorded = 0
    }
    latest = entry[0]
    return latest
  }

  // Chance: sfc32 on a hash of the seed.

  let a = 0
  let b = 0
  let c = 0
  let counter = 0

  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  const sow = (seed: string): void => {
    a = 1_779_033_703
    b = -1_150_833_019
    c = 1_013_904_242
    counter = -1_521_486_534
    for (let index = 0; index < seed.length; index++) {
      const code = realm.charCodeAt(seed, index) as number
      a = b ^ imul(a ^ code, 597_399_067)
      b = c ^ imul(b ^ code, -1_425_107_063)
      c = counter ^ imul(c ^ code, -1_784_305_139)
      counter = a ^ imul(counter ^ code, -1_578_923_117)
    }
    for (let turn = 0; turn < 15; turn++) next()
  }

  /** 53 bits, as in every engine. */
  const random = (): number => ((next() >>> 5) * 67_108_864 + (next() >>> 6)) / 9_007_199_254_740_992

  /** The built-in itself, but for the moment it takes when it is given none. */
  const sampledDate = (): DateConstructor => {
    const date: DateConstructor = new realm.Proxy(
      realm.Date,
      realm.freeze({
        __proto__: null,
        construct: (target: DateConstructor, args: unknown[], asked: () => void) =>
          realm.construct(target, args.length === 0 ? [read()] : args, asked),
        apply: () => realm.dateText(new realm.Date(read())),
      }) as ProxyHandler<DateConstructor>,
    )
    return date
  }

  /** Runs before the script: may use the language freely. */
  const install = (): void => {
    const hidden = (object: object, name: string, value: unknown) =>
      Object.defineProperty(object, name, { value, writable: true, configurable: true })
    const date = sampledDate()
    hidden(realm.Date, 'now', function now() {
      return read()
    })
    hidden(realm.Date.prototype, 'constructor', date)
    hidden(realm.global, 'Date', date)
    hidden(Math, 'random', random)
    const performance = Object.freeze({
      now: () => read() - origin,
      get timeOrigin() {
        return origin
      },
    })
    hidden(realm.global, 'performance', performance)
  }

  return {
    install,
    /** The first read is the moment at which the script started. */
    begin: (seed: string, clock: readonly ClockRead[]): void => {
      sow(seed)
      recorded = clock
      origin = read()
    },
    /** What was read and not told, as the items of a JSON array of `ClockRead`. */
    take: (): string => {
      closeRun()
      const text = outbox
      outbox = ''
      return text
    },
  }
}
