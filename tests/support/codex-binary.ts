/** The real Codex, where `CODEX_BIN` says that it is: what ours is compared with. */

import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { tempFolder } from './temp-folder.ts'

/** Its launcher or its native program; empty when there is none. */
export const codexBinary = process.env.CODEX_BIN ?? ''

export interface CodexExecResult {
  readonly exitCode: number
  readonly stdout: string
}

const execute = promisify(execFile)
const KEY_VARIABLE = 'SCRIPTED_PROVIDER_KEY'

/** One `codex exec --json`, without its sandbox, with the model `any` of the provider at `baseUrl`. */
export async function codexExec(baseUrl: string, folder: string, prompt: string): Promise<CodexExecResult> {
  await using home = await tempFolder()
  await mkdir(path.join(home.path, 'tmp'))
  await writeFile(path.join(home.path, 'models.json'), JSON.stringify({ models: [await classicModel()] }))
  await writeFile(
    path.join(home.path, 'config.toml'),
    [
      'model = "any"',
      'model_provider = "scripted"',
      'check_for_update_on_startup = false',
      `model_catalog_json = ${JSON.stringify(path.join(home.path, 'models.json'))}`,
      '[model_providers.scripted]',
      'name = "scripted"',
      `base_url = ${JSON.stringify(baseUrl)}`,
      'wire_api = "responses"',
      `env_key = "${KEY_VARIABLE}"`,
      '[analytics]',
      'enabled = false',
      '',
    ].join('\n'),
  )
  const args = ['exec', '--json', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox']
  const env = {
    ...process.env,
    CODEX_HOME: home.path,
    TMPDIR: path.join(home.path, 'tmp'),
    [KEY_VARIABLE]: 'test-key',
  }
  const running = execute(codexBinary, [...args, '-C', folder, prompt], { cwd: folder, env, timeout: 60_000 })
  // It reads a piped standard input to its end before it begins.
  running.child.stdin?.end()
  try {
    return { exitCode: 0, stdout: (await running).stdout }
  } catch (error) {
    if (error instanceof Error && 'stdout' in error && 'code' in error && typeof error.code === 'number') {
      return { exitCode: error.code, stdout: String(error.stdout) }
    }
    throw error
  }
}

/** The binary's own entry for a model that calls tools one by one and patches in free text, under our name. */
async function classicModel(): Promise<object> {
  const { stdout } = await execute(codexBinary, ['debug', 'models', '--bundled'], {
    maxBuffer: 64 * 1024 * 1024,
  })
  const { models }: { models: Record<string, unknown>[] } = JSON.parse(stdout)
  const classic = models.find(
    (model) => model.apply_patch_tool_type === 'freeform' && model.tool_mode == null,
  )
  if (classic === undefined) throw new Error('The binary knows no model of the classic kind.')
  return { ...classic, slug: 'any' }
}
