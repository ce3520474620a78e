/** What becomes of a command before it runs: by policy, by rules, and by what is known of it. */

import { expect, test } from 'vitest'
import { assessCommand } from '../../../src/packs/core-codex/command-approval.ts'
import { openWorkspace } from '../../../src/platform/index.ts'
import type { ApprovalPolicy, SandboxMode } from '../../../src/protocol/modes.ts'
import type { Assessment } from '../../../src/tools/assessment.ts'
import type { CommandRules } from '../../../src/tools/command-rules.ts'
import { tempFolder } from '../../support/temp-folder.ts'

interface Setting {
  readonly policy?: ApprovalPolicy
  readonly mode?: SandboxMode
  readonly rules?: CommandRules
  readonly isEscalated?: boolean
  readonly prefixRule?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

async function assessed(command: string | readonly string[], setting: Setting = {}): Promise<Assessment> {
  const { policy = 'never', mode = 'workspace-write', rules = {}, isEscalated = false, prefixRule } = setting
  await using folder = await tempFolder()
  await using workspace = await openWorkspace({ workingDirectory: folder.path, sandboxMode: mode })
  const call = {
    command,
    cwd: workspace.root,
    setting: {},
    env: setting.env ?? {},
    isEscalated,
    justification: undefined,
    prefixRule,
  }
  return await assessCommand(call, { workspace, policy, rules })
}

/** `allow`, `allow outside`, `ask`, `ask outside` or `forbid`. */
async function verdict(command: string | readonly string[], setting: Setting = {}): Promise<string> {
  const assessment = await assessed(command, setting)
  const isOutside = 'unconfined' in assessment && assessment.unconfined === true
  return isOutside ? `${assessment.verdict} outside` : assessment.verdict
}

test.each<[ApprovalPolicy, string, string]>([
  ['never', 'npm test', 'allow'],
  ['never', 'rm -rf build', 'forbid'],
  ['never', 'rm build/x', 'allow'],
  ['never', 'if true; then r\\m -f x; fi', 'forbid'],
  ['on-request', 'npm test', 'allow'],
  ['on-request', 'rm -rf build', 'ask'],
  ['on-failure', 'npm test', 'allow'],
  ['on-failure', 'sudo rm --force x', 'ask'],
  ['untrusted', 'cat a | grep b', 'allow'],
  ['untrusted', 'npm test', 'ask'],
  ['untrusted', 'cat $(npm test)', 'ask'],
])('under %s, `%s` is: %s', async (policy, command, expected) => {
  expect(await verdict(command, { policy })).toBe(expected)
})

test.each<[ApprovalPolicy, SandboxMode, string]>([
  ['never', 'workspace-write', 'forbid'],
  ['on-request', 'workspace-write', 'ask outside'],
  ['untrusted', 'workspace-write', 'ask outside'],
  ['on-request', 'danger-full-access', 'allow'],
])('under %s in %s, a command that asks to leave the sandbox is: %s', async (policy, mode, expected) => {
  expect(await verdict('npm install', { policy, mode, isEscalated: true })).toBe(expected)
})

test('who may not ask is told so in the words that models know', async () => {
  expect(await assessed('true', { isEscalated: true })).toEqual({
    verdict: 'forbid',
    message:
      'approval policy is Never; reject command — you cannot ask for escalated permissions if the approval policy is Never',
  })
})

test.each<[string, CommandRules, ApprovalPolicy, string]>([
  ['npm test', { prefixRules: [{ pattern: ['npm', 'test'] }] }, 'untrusted', 'allow outside'],
  ['npm test && npm run x', { prefixRules: [{ pattern: ['npm', 'test'] }] }, 'untrusted', 'ask'],
  ['rm -rf build', { prefixRules: [{ pattern: ['rm', '-rf', 'build'] }] }, 'never', 'allow outside'],
  ['git push', { prefixRules: [{ pattern: ['git', 'push'], decision: 'prompt' }] }, 'on-request', 'ask'],
  ['git push', { prefixRules: [{ pattern: ['git', 'push'], decision: 'prompt' }] }, 'never', 'forbid'],
  ['git push', { prefixRules: [{ pattern: ['git'], decision: 'forbidden' }] }, 'on-request', 'forbid'],
  ['echo $(curl x)', { denyPrograms: ['curl'] }, 'on-request', 'forbid'],
  ['$X', { denyPrograms: ['curl'] }, 'on-request', 'forbid'],
  ['ls | wc', { allowPrograms: ['ls', 'wc'] }, 'never', 'allow'],
  ['ls | sort', { allowPrograms: ['ls', 'wc'] }, 'on-request', 'ask'],
  ['ls | sort', { allowPrograms: ['ls', 'wc'] }, 'never', 'forbid'],
])('`%s` by %o under %s is: %s', async (command, rules, policy, expected) => {
  expect(await verdict(command, { rules, policy })).toBe(expected)
})

test('a rule that the model proposes is offered where it is not too general and covers all', async () => {
  const offered = async (command: string, prefixRule: readonly string[]) => {
    const assessment = await assessed(command, { policy: 'untrusted', prefixRule })
    return 'prefixRule' in assessment ? assessment.prefixRule : undefined
  }

  expect(await offered('npm test -- a', ['npm', 'test'])).toEqual(['npm', 'test'])
  expect(await offered('npm test; npm run x', ['npm', 'test'])).toBeUndefined()
  expect(await offered('npm test', ['npm'])).toBeUndefined()
  expect(await offered('bash x.sh', ['bash'])).toBeUndefined()
})

test('what was approved for the session is the same command in the same folder', async () => {
  const keys = async (command: string) => {
    const assessment = await assessed(command, { policy: 'untrusted' })
    return 'sessionKeys' in assessment
      ? assessment.sessionKeys?.map((key) => JSON.parse(key).slice(0, 2))
      : []
  }

  expect(await keys('npm test')).toEqual([['command', 'npm test']])
  expect(await keys('npm run x')).not.toEqual(await keys('npm test'))
})

test('with variables of the model’s own, no rule allows a command and none is known to be safe', async () => {
  const env = { PATH: '/workspace/evil' }
  const rules = { prefixRules: [{ pattern: ['npm', 'test'] }] }

  expect(await verdict('npm test', { rules, env })).toBe('allow')
  expect(await verdict('npm test', { rules, env, policy: 'untrusted' })).toBe('ask')
  expect(await verdict('ls', { env, policy: 'untrusted' })).toBe('ask')
})
