/** What every store's cache must do: the part of the suite about cached values. */

import { describe, expect, test } from 'vitest'
import { OptionError } from '../../src/protocol/index.ts'
import type { StartStore } from './contract.ts'

const HOUR_MS = 3_600_000

export function cacheContract(name: string, start: StartStore): void {
  describe(`${name}: cache`, () => {
    test('a value comes back as its JSON until its time is over, the newest under its key', async () => {
      let time = 1_000
      await using under = await start({ now: () => time })
      const { cache } = under.store
      expect(await cache.get('a')).toBeUndefined()

      await cache.set('a', { list: [1, null, 'ä\0😀\ud800'], gone: undefined }, 100)
      await cache.set('b', null, 50)
      await cache.set('b', false, 100)

      expect(await cache.get('a')).toEqual({ list: [1, null, 'ä\0😀\ud800'] })
      expect(await cache.get('b')).toBe(false)
      time = 1_099
      expect(await cache.get('a')).toBeDefined()
      time = 1_100
      expect(await cache.get('a')).toBeUndefined()
      expect(await cache.get('b')).toBeUndefined()
      time = 1_000
      expect(await cache.get('a')).toBeUndefined()
    })

    test('any text is a key, and no two are one', async () => {
      await using under = await start({})
      const { cache } = under.store
      const keys = ['', 'a', 'A', 'a:claim', '../x', '\0', '\ud800', '\ufffd', 'x'.repeat(5_000)]

      for (const [index, key] of keys.entries()) await cache.set(key, index, HOUR_MS)
      await cache.delete('a')
      await cache.delete('never there')

      const values = await Promise.all(keys.map((key) => cache.get(key)))
      expect(values).toEqual(keys.map((key, index) => (key === 'a' ? undefined : index)))
    })

    test('what a caller does to a value changes nothing for the next', async () => {
      await using under = await start({})
      const { cache } = under.store
      const value = { list: [1] }

      const setting = cache.set('a', value, HOUR_MS)
      value.list.push(2)
      await setting
      const [one, other] = await Promise.all(
        ['x', 'x'].map((key) => cache.getOrMake(key, HOUR_MS, async () => ({ list: [1] }))),
      )
      one?.list.push(3)

      expect(await cache.get('a')).toEqual({ list: [1] })
      expect(other).toEqual({ list: [1] })
      expect(await cache.get('x')).toEqual({ list: [1] })
    })

    test('however many ask at once, a value is made once, and again when its time is over', async () => {
      let time = 0
      await using under = await start({ now: () => time })
      const { cache } = under.store
      const gate = Promise.withResolvers<void>()
      let made = 0
      const ask = () =>
        cache.getOrMake('a', 100, async () => {
          made += 1
          await gate.promise
          return made
        })

      const asked = Array.from({ length: 20 }, ask)
      gate.resolve()

      expect(await Promise.all(asked)).toEqual(Array.from({ length: 20 }, () => 1))
      expect(await ask()).toBe(1)
      time = 100
      expect(await ask()).toBe(2)
    })

    test('a failure goes to all who wait for it, and is not kept', async () => {
      await using under = await start({})
      const { cache } = under.store
      const gate = Promise.withResolvers<void>()
      const fail = async () => {
        await gate.promise
        throw new Error('no such page')
      }
      const asked = Array.from({ length: 3 }, () => cache.getOrMake('a', HOUR_MS, fail))

      gate.resolve()

      for (const outcome of await Promise.allSettled(asked)) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'no such page' } })
      }
      expect(await cache.get('a')).toBeUndefined()
      expect(await cache.getOrMake('a', HOUR_MS, async () => 'found')).toBe('found')
      expect(await cache.get('a')).toBe('found')
    })

    test('values of different keys are made side by side', async () => {
      await using under = await start({})
      const { cache } = under.store
      const other = Promise.withResolvers<string>()

      const first = cache.getOrMake('a', HOUR_MS, () => other.promise)
      const second = await cache.getOrMake('b', HOUR_MS, async () => 'b')
      other.resolve('a')

      expect([await first, second]).toEqual(['a', 'b'])
    })

    test('what has no JSON is not kept, and what is no time is refused', async () => {
      await using under = await start({})
      const { cache } = under.store

      await expect(cache.set('a', undefined, HOUR_MS)).rejects.toThrow(OptionError)
      await expect(cache.getOrMake('a', HOUR_MS, async () => () => 1)).rejects.toThrow(/function has no JSON/)
      for (const ttlMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
        await expect(cache.set('a', 1, ttlMs)).rejects.toMatchObject({ option: 'ttlMs' })
      }
      expect(await cache.get('a')).toBeUndefined()
      expect(await cache.getOrMake('a', HOUR_MS, async () => 1)).toBe(1)
    })
  })
}
