/** The real Codex, where this machine has one: `CODEX_BIN` names its launcher, `CODEX_SDK` its SDK's package folder. */

import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { tempFolder } from './temp-folder.ts'

const run = promisify(execFile)

export interface CodexBinary {
  readonly launcher: string
  /** The SDK's package folder. */
  readonly sdk: string
}

/** Null where there is none. */
export function codexBinary(): CodexBinary | null {
  const { CODEX_BIN: launcher, CODEX_SDK: sdk } = process.env
  return launcher && sdk ? { launcher, sdk } : null
}

export interface CodexHome extends AsyncDisposable {
  readonly environment: Readonly<Record<string, string>>
}

/** A home in which the binary knows one model, `any`: it takes patches as free text and calls tools directly. */
export async function codexHome({ launcher }: CodexBinary): Promise<CodexHome> {
  const folder = await tempFolder()
  const scratch = path.join(folder.path, 'scratch')
  const catalogue = path.join(folder.path, 'models.json')
  await mkdir(scratch)
  // Codex puts no helper programs on the path when its home lies under the temporary folder.
  const environment = { CODEX_BIN: launcher, CODEX_HOME: folder.path, TMPDIR: scratch }
  await writeFile(catalogue, JSON.stringify({ models: [await plainModel(launcher, environment)] }))
  await writeFile(path.join(folder.path, 'config.toml'), configuration(catalogue))
  return { environment, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}

async function plainModel(launcher: string, environment: Record<string, string>): Promise<object> {
  const { stdout } = await run(launcher, ['debug', 'models', '--bundled'], {
    env: { ...process.env, ...environment },
    maxBuffer: 64 * 1024 * 1024,
  })
  const { models }: { models: Record<string, unknown>[] } = JSON.parse(stdout)
  const model = models.find((entry) => entry.apply_patch_tool_type === 'freeform' && entry.tool_mode == null)
  if (model === undefined) throw new Error(`${launcher} knows no model that calls tools directly.`)
  return { ...model, slug: 'any' }
}

function configuration(catalogue: string): string {
  return [
    `model_catalog_json = ${JSON.stringify(catalogue)}`,
    'check_for_update_on_startup = false',
    '[analytics]',
    'enabled = false',
    '[tools.update_plan]',
    'enabled = true',
    '',
  ].join('\n')
}
