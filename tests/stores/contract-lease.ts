/** What every store must do when a writer loses its thread: the part of the suite about leases. */

import { describe, expect, test } from 'vitest'
import { ThreadInUseError, ThreadLeaseLostError, WriterClosedError } from '../../src/stores/index.ts'
import type { StartStore } from './contract.ts'
import { metaOf, says, threadId } from './samples.ts'

const one = threadId('one')

export function leaseContract(name: string, start: StartStore): void {
  describe(`${name}: a writer that was taken for dead`, () => {
    test('adds nothing any more, is told who has the thread, and takes it from nobody by closing', async ({
      skip,
    }) => {
      await using under = await start({})
      const { threads } = under.store
      if (under.loseLease === undefined) return skip('this store cannot lose a lease')
      const first = await threads.create(metaOf('one'))
      await first.append([says('first')])

      await under.loseLease('one')
      await using second = await threads.open(one)
      await second.append([says('second')])
      const refusal = await first.append([says('late')]).catch((error: unknown) => error)

      expect(refusal).toBeInstanceOf(ThreadLeaseLostError)
      expect(refusal).toMatchObject({ code: 'thread_lease_lost', threadId: 'one', retryable: false })
      expect(refusal).toMatchObject({ holder: { pid: process.pid } })
      await expect(first.append([says('later')])).rejects.toThrow(ThreadLeaseLostError)
      await first[Symbol.asyncDispose]()
      await expect(first.append([says('last')])).rejects.toThrow(WriterClosedError)
      await expect(threads.open(one)).rejects.toThrow(ThreadInUseError)
      await second.append([says('third')])
      expect((await threads.read(one)).slice(1)).toEqual(['first', 'second', 'third'].map(says))
    })

    test('adds nothing to a thread that was deleted and made anew', async ({ skip }) => {
      await using under = await start({})
      const { threads } = under.store
      if (under.loseLease === undefined) return skip('this store cannot lose a lease')
      const first = await threads.create(metaOf('one'))

      await under.loseLease('one')
      await threads.delete(one)
      await expect(first.append([says('to nobody')])).rejects.toThrow(ThreadLeaseLostError)
      await using second = await threads.create(metaOf('one'))
      await expect(first.append([says('to another')])).rejects.toThrow(ThreadLeaseLostError)
      await first[Symbol.asyncDispose]()
      await second.append([says('second')])

      expect((await threads.read(one)).slice(1)).toEqual([says('second')])
    })
  })
}
