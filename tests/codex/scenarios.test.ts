/** Scripted conversations: each ends with us as it ends with Codex, but for differences that are named. */

import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { Codex } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/index.ts'
import { startProvider } from '../../src/testing/index.ts'
import { commandScenarios } from '../fixtures/scenarios/commands.ts'
import { type Facts, factsOf } from '../fixtures/scenarios/facts.ts'
import { PNG, patchScenarios } from '../fixtures/scenarios/patches.ts'
import { EVERYWHERE, type Scenario } from '../fixtures/scenarios/scenario.ts'
import { turnScenarios } from '../fixtures/scenarios/turns.ts'
import { jsonLines } from '../support/cli.ts'
import { codexExec, codexLauncher } from '../support/codex-exec.ts'
import { folderTree } from '../support/folder-tree.ts'
import { repositoryRoot } from '../support/source-graph.ts'
import { tempFolder } from '../support/temp-folder.ts'

const scenarios = [...commandScenarios, ...patchScenarios, ...turnScenarios]
const recording = (name: string) => path.join(repositoryRoot, 'tests/fixtures/scenarios', `${name}.json`)

type Speaks = (
  url: string,
  folder: string,
) => Promise<{ exitCode: number; events: Record<string, unknown>[] }>

async function outcomeOf(scenario: Scenario, speaks: Speaks): Promise<Facts> {
  await using folder = await tempFolder(scenario.files)
  if (scenario.files?.['p.png'] !== undefined) {
    await writeFile(path.join(folder.path, 'p.png'), Buffer.from(PNG, 'base64'))
  }
  await using provider = await startProvider(scenario.steps, { strict: false })
  const { exitCode, events } = await speaks(provider.url, folder.path)
  const { requests } = provider
  const files = await folderTree(folder.path)
  return factsOf({
    ...{ exitCode, events, requests, files, folder: folder.path },
    isUnordered: scenario.isUnordered === true,
  })
}

/** What `run --json` prints, without a process of its own; `tests/cli` proves that it prints this. */
const ours: Speaks = async (baseUrl, workingDirectory) => {
  await using codex = new Codex({
    model: 'local/any',
    providers: { local: { baseUrl, apiKey: 'test-key', wireApi: 'responses' } },
    store: memoryStore(),
  })
  const thread = codex.startThread({
    workingDirectory,
    toolMode: 'direct',
    sandboxMode: 'danger-full-access',
  })
  const { events } = await thread.runStreamed('go')
  const seen: Record<string, unknown>[] = []
  let exitCode = 0
  try {
    for await (const event of events) seen.push({ ...event })
  } catch {
    exitCode = 1
  }
  return { exitCode, events: seen }
}

const theirs: Speaks = async (url, folder) => {
  const { exitCode, stdout } = await codexExec(url, folder, 'go')
  return { exitCode, events: jsonLines(stdout) }
}

test.concurrent.each(scenarios)('$name', async (scenario) => {
  const recorded: Facts = JSON.parse(await readFile(recording(scenario.name), 'utf8'))
  const differs = { ...EVERYWHERE, ...scenario.differs }

  const facts = await outcomeOf(scenario, ours)

  const names = new Set([...Object.keys(recorded), ...Object.keys(facts)])
  const same = [...names].filter((name) => !(name in differs))
  expect(pick(facts, same)).toEqual(pick(recorded, same))
  for (const [name, [expected]] of Object.entries(differs)) {
    expect(facts[name] ?? '', name).toEqual(
      typeof expected === 'string' ? expected : expect.stringMatching(expected),
    )
    expect(facts[name], `${name} does not differ any more`).not.toBe(recorded[name])
  }
})

describe.skipIf(codexLauncher === '')('what is recorded is what the real Codex does (CODEX_BIN)', () => {
  test.concurrent.each(scenarios)('$name', { timeout: 90_000 }, async (scenario) => {
    const facts = await outcomeOf(scenario, theirs)

    if (process.env.RECORD_SCENARIOS === '1') {
      await writeFile(recording(scenario.name), `${JSON.stringify(facts, null, 2)}\n`)
    }
    expect(facts).toEqual(JSON.parse(await readFile(recording(scenario.name), 'utf8')))
  })
})

function pick(facts: Facts, names: readonly string[]): Record<string, string | undefined> {
  return Object.fromEntries(names.map((name) => [name, facts[name]]))
}
