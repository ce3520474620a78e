/** Which switches there are, and what may be said of them. */

import { describe, expect, test } from 'vitest'
import { FEATURES, type Feature, type FeatureOptions, features } from '../../src/context/index.ts'
import { OptionError } from '../../src/protocol/errors.ts'

const table: Readonly<Record<string, Feature>> = {
  building: { stage: 'under-development', isOn: false, summary: 'Not yet.' },
  trying: { stage: 'experimental', isOn: false, summary: 'Perhaps.' },
  settled: { stage: 'stable', isOn: true, summary: 'For good.' },
  leaving: { stage: 'deprecated', isOn: true, summary: 'Use settled.' },
  gone: { stage: 'removed', isOn: true, summary: 'Use settled.' },
}

function problemOf(overrides: FeatureOptions['overrides']): OptionError | undefined {
  try {
    features({ overrides, table })
    return undefined
  } catch (error) {
    if (error instanceof OptionError) return error
    throw error
  }
}

describe('features', () => {
  test('are on as their table says, and nothing that is gone', () => {
    expect(features({ table }).on).toEqual(['leaving', 'settled'])
    expect(features({ table }).warnings).toEqual([])
  })

  test('are switched by name, each in both directions', () => {
    const set = features({ table, overrides: { trying: true, settled: false, leaving: undefined } })

    expect(set.on).toEqual(['leaving', 'trying'])
    expect([set.isOn('trying'), set.isOn('settled')]).toEqual([true, false])
    expect(set.warnings).toEqual([])
  })

  test('are warned of where they go away or are not done, and work all the same', () => {
    const set = features({ table, overrides: { leaving: true, building: true } })

    expect(set.isOn('building')).toBe(true)
    expect(set.warnings).toEqual([
      'features.leaving is deprecated and will be removed. Use settled.',
      'features.building is under development: it may do nothing yet, and may change at any time.',
    ])
    expect(features({ table, overrides: { building: false } }).warnings).toEqual([])
  })

  test.each([
    [
      { setled: true },
      'features.setled: is no feature. Did you mean settled? There are building, leaving, settled, trying.',
    ],
    [{ zzzzzz: true }, 'features.zzzzzz: is no feature. There are building, leaving, settled, trying.'],
    [{ toString: true }, 'features.toString: is no feature. There are building, leaving, settled, trying.'],
    [{ gone: false }, 'features.gone: was removed. Use settled.'],
    [{ settled: 'yes' }, 'features.settled: must be true or false.'],
  ])('%j is refused', (overrides, message) => {
    expect(problemOf(overrides)?.message).toBe(message)
    expect(problemOf(overrides)?.option).toBe(message.split(':')[0])
  })

  test('of ours are on only when they are stable, and are told in one line', () => {
    for (const { stage, isOn, summary } of Object.values<Feature>(FEATURES)) {
      expect(isOn).toBe(stage === 'stable' || stage === 'deprecated')
      expect(summary).toMatch(/^[A-Z].*\.$/)
    }
    expect(features().isOn('skills')).toBe(true)
    expect(features({ overrides: { skills: true } }).isOn('skills')).toBe(true)
  })
})
