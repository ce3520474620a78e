/** The switches of this library, each with how far it has come. */

import { OptionError } from '../protocol/errors.ts'
import { nearestNames } from '../std/nearest.ts'

/** Codex's stages. Only what is stable is on by itself. */
export type FeatureStage = 'under-development' | 'experimental' | 'stable' | 'deprecated' | 'removed'

export interface Feature {
  readonly stage: FeatureStage
  /** Whether it is on where nobody says otherwise. */
  readonly isOn: boolean
  /** One line for people: what it does; of one that goes or is gone, what to use in its place. */
  readonly summary: string
}

export const FEATURES = {
  project_instructions: {
    stage: 'stable',
    isOn: true,
    summary: 'The model is shown the AGENTS.md files of the user and the project.',
  },
  context_updates: {
    stage: 'stable',
    isOn: true,
    summary: 'Before a turn the model is told what has changed around the conversation.',
  },
  skills: {
    stage: 'stable',
    isOn: true,
    summary: 'The model is given the list of skills, and the text of those that a prompt names.',
  },
  prompt_pin: {
    stage: 'stable',
    isOn: true,
    summary: 'From the second step on the prompt is repeated where the option pinPrompt says.',
  },
  call_previews: {
    stage: 'stable',
    isOn: true,
    summary: 'Items of calls show what they are about while the call still arrives.',
  },
} as const satisfies Readonly<Record<string, Feature>>

export type FeatureName = keyof typeof FEATURES

export interface FeatureSet<Name extends string = FeatureName> {
  isOn(name: Name): boolean
  /** Names of all that are on, sorted. */
  readonly on: readonly Name[]
  /** What a developer should know of the overrides; for a log. */
  readonly warnings: readonly string[]
}

export interface FeatureOptions<Name extends string = FeatureName> {
  /** `true` or `false` by name, unchecked. */
  readonly overrides?: Readonly<Record<string, unknown>> | undefined
  /** The features there are; ours unless given. */
  readonly table?: Readonly<Record<Name, Feature>>
}

/**
 * What is on.
 *
 * @throws {OptionError} An override for a feature that is unknown or removed, or that is neither true nor false.
 */
export function features<Name extends string>(
  options: FeatureOptions<Name> & { readonly table: Readonly<Record<Name, Feature>> },
): FeatureSet<Name>
export function features(options?: FeatureOptions): FeatureSet
export function features({
  overrides = {},
  table = FEATURES,
}: FeatureOptions<string> = {}): FeatureSet<string> {
  const known = new Map(Object.entries<Feature>(table))
  const on = new Set(
    [...known].flatMap(([name, { isOn, stage }]) => (isOn && stage !== 'removed' ? [name] : [])),
  )
  const warnings: string[] = []
  for (const [name, value] of Object.entries(overrides)) {
    if (value === undefined) continue
    const warning = checkOverride(name, value, known)
    if (warning !== null) warnings.push(warning)
    if (value === true) on.add(name)
    else on.delete(name)
  }
  return { isOn: (name) => on.has(name), on: [...on].sort(), warnings }
}

/** @returns What a developer should know of it, or null. */
function checkOverride(name: string, value: unknown, known: ReadonlyMap<string, Feature>): string | null {
  const option = `features.${name}`
  const feature = known.get(name)
  if (feature === undefined) throw new OptionError(option, unknownProblem(name, known))
  if (feature.stage === 'removed') throw new OptionError(option, `was removed. ${feature.summary}`)
  if (typeof value !== 'boolean') throw new OptionError(option, 'must be true or false.')
  if (feature.stage === 'deprecated') return `${option} is deprecated and will be removed. ${feature.summary}`
  if (feature.stage === 'under-development' && value) {
    return `${option} is under development: it may do nothing yet, and may change at any time.`
  }
  return null
}

function unknownProblem(name: string, known: ReadonlyMap<string, Feature>): string {
  const names = [...known].flatMap(([each, { stage }]) => (stage === 'removed' ? [] : [each])).sort()
  const [like] = nearestNames(name, names, 1)
  const guess = like === undefined ? '' : ` Did you mean ${like}?`
  return `is no feature.${guess} There are ${names.join(', ')}.`
}
