/** The user's own rules about commands: `rules.json` in the folder of codex-ts, never in a repository. */

import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { homeFolder } from '../open-doors.ts'
import { messageOf } from '../protocol/errors.ts'
import { type CommandRules, checkCommandRules } from '../tools/command-rules.ts'
import { UsageError } from './errors.ts'

/** @throws {UsageError} The file is there, and holds no rules. */
export async function loadRules(): Promise<CommandRules> {
  const file = rulesFile()
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    throw new UsageError(`The rules in ${file} cannot be read: ${messageOf(error)}.`)
  }
  try {
    const rules: unknown = JSON.parse(text)
    checkCommandRules(rules, 'rules')
    return rules
  } catch (error) {
    throw new UsageError(`The rules in ${file} cannot be used: ${messageOf(error)}`)
  }
}

/** Adds a rule that allows commands with these first words. */
export async function addPrefixRule(words: readonly string[]): Promise<void> {
  const rules = await loadRules()
  const prefixRules = [...(rules.prefixRules ?? []), { pattern: [...words], decision: 'allow' as const }]
  const file = rulesFile()
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  // In one step: another run may read it at this moment.
  const draft = `${file}.${randomUUID()}.tmp`
  await writeFile(draft, `${JSON.stringify({ ...rules, prefixRules }, null, 2)}\n`, { mode: 0o600 })
  await rename(draft, file)
}

const rulesFile = () => path.join(homeFolder(process.env), 'rules.json')
