/** The store that lives in memory, by the suite for all stores. */

import { memoryStore } from '../../src/stores/index.ts'
import { storeContract } from './contract.ts'

storeContract('memory', async (options) => {
  const store = memoryStore(options)
  return { store, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() }
})
