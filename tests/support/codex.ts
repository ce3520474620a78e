/** A `Codex` whose only provider is the scripted one. */

import type { CodexOptions } from '../../src/codex/index.ts'
import { Codex } from '../../src/index.ts'
import { memoryStore, type Store } from '../../src/stores/index.ts'
import {
  type ProviderOptions,
  type ScriptedProvider,
  type Step,
  startProvider,
} from '../../src/testing/index.ts'
import { type TempFolder, tempFolder } from './temp-folder.ts'

export interface TestBench extends AsyncDisposable {
  readonly codex: Codex
  /** Where its threads are, unless the test brought a store. */
  readonly store: Store
  readonly provider: ScriptedProvider
  readonly folder: TempFolder
}

/** Retries are quick to give up, so that a test of a failure does not wait for seconds. */
export async function bench(
  script: readonly Step[],
  options: CodexOptions & { files?: Record<string, string>; provider?: ProviderOptions } = {},
): Promise<TestBench> {
  const { files, provider: providerOptions, ...codexOptions } = options
  const folder = await tempFolder(files)
  const provider = await startProvider(script, providerOptions)
  const wireApi = providerOptions?.wireApi ?? 'responses'
  const store = codexOptions.store ?? memoryStore()
  const codex = new Codex({
    model: 'local/any',
    providers: {
      local: {
        baseUrl: provider.url,
        apiKey: 'test-key',
        wireApi,
        requestRetriesMax: 1,
        streamRetriesMax: 1,
      },
    },
    ...codexOptions,
    store,
  })
  return {
    codex,
    store,
    provider,
    folder,
    async [Symbol.asyncDispose]() {
      await codex.close()
      await provider[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}
