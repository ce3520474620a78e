/** What a command is: a name, its options, and what it does with them. */

import { parseArgs } from 'node:util'
import { nearestNames } from '../std/nearest.ts'
import { UsageError } from './errors.ts'

export interface Flag {
  readonly type: 'boolean'
  readonly short?: string
  readonly help: string
}

export interface ValueOption {
  readonly type: 'string'
  readonly short?: string
  readonly help: string
  /** What stands for the value in the help, such as `DIR`. */
  readonly value: string
  /** The only values there are. */
  readonly choices?: readonly string[]
  /** May be given more than once. */
  readonly multiple?: true
}

export type Options = Readonly<Record<string, Flag | ValueOption>>

type ValueOf<Option> = Option extends Flag
  ? boolean
  : Option extends { readonly multiple: true }
    ? readonly string[]
    : Option extends { readonly choices: readonly (infer Choice)[] }
      ? Choice
      : string

/** What was given, by the options' names; the last one counts where an option is given twice. */
export type Values<All extends Options> = { readonly [Name in keyof All]?: ValueOf<All[Name]> }

export interface CommandSpec<All extends Options> {
  readonly name: string
  /** One line in the list of commands. */
  readonly summary: string
  /** More about it, for its own help. */
  readonly details?: string
  /** How its arguments are called in the help, such as `FILE|-`. */
  readonly usage: string
  readonly argumentsMax: number
  readonly options: All
  /** @returns The exit code. @throws {UsageError} */
  run(values: Values<All>, args: readonly string[]): Promise<number>
}

export interface Command {
  readonly summary: string
  /** @param argv What follows the command's name. @throws {UsageError} */
  run(argv: readonly string[]): Promise<number>
}

export function defineCommand<const All extends Options>(spec: CommandSpec<All>): Command {
  const options = { ...spec.options, help: HELP }
  return {
    summary: spec.summary,
    async run(argv) {
      const { values, args } = parse(argv, options, spec.argumentsMax)
      if (values.help === true) {
        process.stdout.write(helpOf(spec, options))
        return 0
      }
      // `parse` checked every value against its option, and `ValueOf` says the same in types.
      return await spec.run(values as Values<All>, args)
    },
  }
}

const HELP: Flag = { type: 'boolean', short: 'h', help: 'Show this help' }

interface Parsed {
  readonly values: Readonly<Record<string, unknown>>
  readonly args: readonly string[]
}

/** @throws {UsageError} One sentence about the first word that cannot be meant. */
function parse(argv: readonly string[], options: Options, argumentsMax: number): Parsed {
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, tokens: true })
  const values: Record<string, unknown> = {}
  const args: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') args.push(token.value)
    if (token.kind !== 'option') continue
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined
    if (option === undefined) throw unknownOption(token.rawName, options)
    if (option.type === 'boolean') {
      if (token.value !== undefined) throw new UsageError(`${token.rawName} takes no value.`)
      values[token.name] = true
      continue
    }
    const value = checkedValue(token, option)
    const before = values[token.name]
    values[token.name] = option.multiple ? [...(Array.isArray(before) ? before : []), value] : value
  }
  const extra = args[argumentsMax]
  if (extra !== undefined) {
    throw new UsageError(`Unexpected argument ${JSON.stringify(extra)}; quote text that has spaces.`)
  }
  return { values, args }
}

interface ValueToken {
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

function checkedValue(
  { name, rawName, value, inlineValue }: ValueToken,
  { value: placeholder, choices }: ValueOption,
): string {
  if (value === undefined) throw new UsageError(`${rawName} needs a value: ${rawName} ${placeholder}.`)
  if (value.length > 1 && value.startsWith('-') && inlineValue === false) {
    throw new UsageError(
      `${rawName} needs a value, and ${value} looks like an option; write --${name}=${value} to mean it.`,
    )
  }
  if (choices !== undefined && !choices.includes(value)) {
    throw new UsageError(`${rawName} must be one of ${choices.join(', ')}, not ${JSON.stringify(value)}.`)
  }
  return value
}

function unknownOption(rawName: string, options: Options): UsageError {
  const near = rawName.startsWith('--') ? nearestNames(rawName.slice(2), Object.keys(options), 2) : []
  const hint = near.length === 0 ? '' : `; did you mean ${near.map((name) => `--${name}`).join(' or ')}?`
  return new UsageError(`There is no option ${rawName}${hint === '' ? '.' : hint}`)
}

function helpOf({ name, summary, details, usage }: CommandSpec<Options>, options: Options): string {
  const rows = Object.entries(options).map(([option, spec]): [string, string] => {
    const short = spec.short === undefined ? '    ' : `-${spec.short}, `
    const value = spec.type === 'string' ? ` ${spec.value}` : ''
    const choices =
      spec.type === 'string' && spec.choices !== undefined ? ` (${spec.choices.join(', ')})` : ''
    return [`${short}--${option}${value}`, `${spec.help}${choices}`]
  })
  const parts = [
    `${summary}.`,
    `Usage: codex-ts ${name} [options]${usage === '' ? '' : ` ${usage}`}`,
    ...(details === undefined ? [] : [details]),
    `Options:\n${table(rows)}`,
  ]
  return `${parts.join('\n\n')}\n`
}

/** Two columns, the first as wide as its widest entry. */
export function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n')
}
