/** A queue between one producer and one consumer. */

import { expect, test } from 'vitest'
import { AsyncQueue } from '../../src/std/async-queue.ts'

test('values come in order, to those who asked before them and after them', async () => {
  const queue = new AsyncQueue<number>()

  const early = [queue.next(), queue.next()]
  for (const value of [1, 2, 3]) queue.push(value)
  queue.end()

  expect(await Promise.all(early)).toEqual([
    { value: 1, done: false },
    { value: 2, done: false },
  ])
  expect(await queue.next()).toEqual({ value: 3, done: false })
  expect(await queue.next()).toEqual({ value: undefined, done: true })
})

test('a failure comes once, after all values', async () => {
  const queue = new AsyncQueue<number>()
  const failure = new Error('broken')

  queue.push(1)
  queue.fail(failure)

  expect(await queue.next()).toEqual({ value: 1, done: false })
  await expect(queue.next()).rejects.toBe(failure)
  expect(await queue.next()).toEqual({ value: undefined, done: true })
})

test('of several that wait, one hears of the failure', async () => {
  const queue = new AsyncQueue<number>()

  const waiting = [queue.next(), queue.next()]
  queue.fail(new Error('broken'))

  expect((await Promise.allSettled(waiting)).map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
})

test('leaving tells the producer once, and ends what waits', async () => {
  let left = 0
  const queue = new AsyncQueue<number>({
    onReturn: () => {
      left += 1
    },
  })

  for (const value of [1, 2]) queue.push(value)
  for await (const value of queue) {
    expect(value).toBe(1)
    break
  }
  queue.push(3)

  expect(left).toBe(1)
  expect(await queue.next()).toEqual({ value: undefined, done: true })
})
