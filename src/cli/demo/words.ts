/** What the scripted model says of both bugs alike. */

import { calls, custom, type ProviderRequest, says } from '../../testing/index.ts'
import { DemoError } from '../errors.ts'
import type { Words } from './bug.ts'
import { TEST_ARGUMENTS, TYPES_ARGUMENTS } from './repository-files.ts'

export const TEST_COMMAND = `node ${TEST_ARGUMENTS.join(' ')}`
export const TYPES_COMMAND = `node ${TYPES_ARGUMENTS.join(' ')}`

/** What both scripts return. */
interface Summary {
  readonly changed: string
  readonly passed: number
  readonly failed: number
  readonly typesAreRight: boolean
}

/** One script, then an answer made from what it really gave. */
export function scriptSteps(source: string, explanation: string): Words[] {
  return [
    () => [custom('exec', source)],
    (request) => [
      says(`${explanation} ${verdict(summaryIn(outputOf('exec', request)))}`, { phase: 'final_answer' }),
    ],
  ]
}

export interface DirectRepair {
  /** What the model looks for first. */
  readonly pattern: string
  /** The line of `index.js` that is wrong, and its right form. */
  readonly wrong: string
  readonly right: string
  readonly explanation: string
}

/** The same job with one call in each step. */
export function directSteps({ pattern, wrong, right, explanation }: DirectRepair): Words[] {
  const command = (cmd: string, callId: string) => [calls('exec_command', { cmd, login: false }, { callId })]
  return [
    () => [calls('grep_files', { pattern, include: '*.js' })],
    () => [calls('read_file', { file_path: 'index.js' })],
    () => command(TEST_COMMAND, 'call_tests_before'),
    () => command(TYPES_COMMAND, 'call_types_before'),
    (request) => {
      const line = lineWith(wrong, outputOf('read_file', request))
      const patch = [
        '*** Begin Patch',
        '*** Update File: index.js',
        '@@',
        `-${line}`,
        `+${line.replace(wrong, right)}`,
      ]
      return [custom('apply_patch', [...patch, '*** End Patch'].join('\n'))]
    },
    () => command(TEST_COMMAND, 'call_tests_after'),
    () => command(TYPES_COMMAND, 'call_types_after'),
    (request) => {
      const tests = request.outputOfCall('call_tests_after') ?? ''
      const types = request.outputOfCall('call_types_after') ?? ''
      const count = (word: string) => Number(new RegExp(`^# ${word} (\\d+)$`, 'm').exec(tests)?.[1] ?? 0)
      const typesAreRight = types.includes('Process exited with code 0')
      const summary = { changed: 'index.js', passed: count('pass'), failed: count('fail'), typesAreRight }
      return [says(`${explanation} ${verdict(summary)}`, { phase: 'final_answer' })]
    },
  ]
}

function verdict({ changed, passed, failed, typesAreRight }: Summary): string {
  const tests =
    failed === 0 && passed > 0
      ? `All ${passed} tests pass`
      : `${failed} of ${passed + failed} tests still fail`
  return `I changed ${changed}. ${tests}, and the types ${typesAreRight ? 'check' : 'do not check'}.`
}

/** @throws {DemoError} The model was not answered as its next words need it. */
function outputOf(tool: string, request: ProviderRequest): string {
  const output = request.outputOf(tool)
  if (output === undefined) throw new DemoError(`The scripted model asked for ${tool} and got no answer.`)
  return output
}

function summaryIn(output: string): Summary {
  const [json] = /\{[^{}]*"typesAreRight"[^{}]*\}/.exec(output) ?? []
  if (json === undefined) throw new DemoError(`The script gave no summary. Its output was:\n${output}`)
  return JSON.parse(json)
}

/** The line of a numbered listing that holds the text, without its number. */
function lineWith(text: string, listing: string): string {
  const line = listing.split('\n').find((candidate) => candidate.includes(text))
  if (line === undefined) throw new DemoError(`The scripted model was shown no line with ${text}.`)
  return line.replace(/^L\d+: /, '')
}
