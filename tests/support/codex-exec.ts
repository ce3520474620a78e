/** The real `codex exec --json`, where `CODEX_BIN` names a launcher: what our own command line is compared with. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type CodexHome, codexHome } from './codex-binary.ts'

/** Empty where there is none. */
export const codexLauncher = process.env.CODEX_BIN ?? ''

export interface CodexExecResult {
  readonly exitCode: number
  readonly stdout: string
}

const KEY_VARIABLE = 'SCRIPTED_PROVIDER_KEY'

export interface CodexExecOptions {
  /** Where it finds and leaves its threads; a home of its own, gone afterwards, unless told. */
  readonly home?: CodexHome
  /** The id of the thread that it goes on with. */
  readonly resume?: string
}

/** A home for several runs. The SDK has no part in this. */
export const codexExecHome = () => codexHome({ launcher: codexLauncher, sdk: '' })

/** One run without its sandbox, with the model `any` of the provider `scripted` at `baseUrl`. */
export async function codexExec(
  baseUrl: string,
  folder: string,
  prompt: string,
  { home, resume }: CodexExecOptions = {},
): Promise<CodexExecResult> {
  if (home === undefined) {
    await using own = await codexExecHome()
    return await codexExec(baseUrl, folder, prompt, { home: own, ...(resume !== undefined && { resume }) })
  }
  const provider = { name: 'scripted', base_url: baseUrl, wire_api: 'responses', env_key: KEY_VARIABLE }
  const settings = Object.entries(provider).map(
    ([key, value]) => `model_providers.scripted.${key}="${value}"`,
  )
  const args = [
    ...['exec', '--json', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox'],
    ...['-m', 'any', ...['model_provider="scripted"', ...settings].flatMap((setting) => ['-c', setting])],
    ...['-C', folder, ...(resume === undefined ? [] : ['resume', resume]), prompt],
  ]
  const running = promisify(execFile)(codexLauncher, args, {
    cwd: folder,
    env: { ...process.env, ...home.environment, [KEY_VARIABLE]: 'test-key' },
    timeout: 60_000,
  })
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
