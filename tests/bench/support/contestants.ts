/** Who is measured on whole turns: the floor, us, and the real Codex where this machine has it. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { type CodexHome, codexBinary, codexHome } from '../../support/codex-binary.ts'
import { packageDoor } from './package-door.ts'
import type { Heard, Play } from './provider-messages.ts'
import { type Cost, runProgram } from './run-program.ts'
import type { BenchProvider } from './start-provider.ts'

export interface Contestant {
  readonly name: string
  /** One process that runs one turn. */
  run(url: string, folder: string): Promise<Cost>
}

const program = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url))
const nodeProgram = (name: string, file: string): Contestant => ({
  name,
  run: (url, folder) =>
    runProgram([program(file)], { BENCH_URL: url, BENCH_FOLDER: folder, BENCH_DOOR: packageDoor }),
})

export const floor = nodeProgram('floor', 'floors/turn-loop.mjs')
export const ours = nodeProgram('ours', 'drivers/turn-loop.mjs')

/** Null unless `CODEX_BIN` and `CODEX_SDK` are set. */
export async function realCodex(): Promise<(Contestant & AsyncDisposable) | null> {
  const binary = codexBinary()
  if (binary === null) return null
  const home: CodexHome = await codexHome(binary)
  const provider = (url: string) =>
    Object.entries({ name: 'bench', base_url: url, wire_api: 'responses', env_key: 'BENCH_KEY' }).flatMap(
      ([key, value]) => ['--config', `model_providers.bench.${key}=${JSON.stringify(value)}`],
    )
  return {
    name: 'codex',
    run: (url, folder) =>
      runProgram(
        [
          ...['exec', '--json', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox'],
          ...['--config', 'model_provider="bench"', ...provider(url)],
          ...['--model', 'any', '--cd', folder, 'go'],
        ],
        { ...home.environment, BENCH_KEY: 'bench' },
        binary.launcher,
      ),
    [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
  }
}

/** One turn of one contestant, in a folder that is gone afterwards. */
export async function measureTurn(
  contestant: Contestant,
  provider: BenchProvider,
  play: Play,
): Promise<Cost & Heard> {
  const folder = await mkdtemp(path.join(tmpdir(), 'codex-ts-bench-'))
  try {
    const turn = await provider.play(play)
    const cost = await contestant.run(turn.url, folder)
    const heard = await turn.heard()
    if (heard.asked.length !== play.calls + 1) {
      throw new Error(`${contestant.name} asked ${heard.asked.length} times, not ${play.calls + 1}`)
    }
    return { ...cost, asked: heard.asked, answered: heard.answered }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Milliseconds from each answer's last byte to the next request. */
export function gaps({ asked, answered }: Heard): number[] {
  return asked.slice(1).map((time, index) => time - (answered[index] ?? Number.NaN))
}
