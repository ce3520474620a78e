/** One long conversation on each wire API, and across each change of wire API in its middle. */

import { expect, test } from 'vitest'
import { type ScriptedProvider, startProvider } from '../../src/testing/index.ts'
import {
  longConversation,
  PORTABLE,
  portableIn,
  privateTo,
  type Stage,
  TURNS,
} from '../support/long-conversation.ts'
import { tempFolder } from '../support/temp-folder.ts'

const WIRES = ['responses', 'chat', 'messages'] as const

/** A provider that plays the turns of one stage, and checks each request that it is sent. */
async function providerFor(stage: Stage, stages: readonly Stage[]): Promise<ScriptedProvider> {
  const script = TURNS.flatMap((steps, turn) => (stages[turn] === stage ? steps(stage) : []))
  return await startProvider(script, { wireApi: stage.wireApi, apiKey: 'test-key' })
}

const bodies = (provider: ScriptedProvider) => provider.requests.map(({ text }) => text)

test.concurrent.each(WIRES)(
  '%s carries all twelve steps, and what it made comes back to it',
  async (wireApi) => {
    const only: Stage = { name: 'one', wireApi }
    const stages = [only, only, only, only]
    await using folder = await tempFolder()
    await using provider = await providerFor(only, stages)
    await using talk = longConversation(stages, { one: provider }, folder)

    await talk.play()

    const last = provider.requests.at(-1)
    expect(provider.requests).toHaveLength(13)
    expect(last && portableIn(last)).toEqual(PORTABLE)
    expect(provider.requests[0]?.text).toContain('iVBORw0KGgo')
    for (const text of [
      'Two towns.',
      'And a third.',
      'This takes time.',
      'Where was I?',
      'Again.',
      'One more.',
    ]) {
      expect(last?.text).toContain(`${privateTo(only)}: ${text}`)
    }
  },
)

/** To another wire API, or to another provider of the same. */
const switches = WIRES.flatMap((from) => WIRES.map((to) => [from, to] as const))

test.concurrent.each(switches)(
  'from %s to %s and back: words survive, and each gets its own thoughts',
  async (from, to) => {
    const one: Stage = { name: 'one', wireApi: from }
    const other: Stage = { name: 'other', wireApi: to }
    const stages = [one, one, other, one]
    await using folder = await tempFolder()
    await using first = await providerFor(one, stages)
    await using second = await providerFor(other, stages)
    await using talk = longConversation(stages, { one: first, other: second }, folder)

    await talk.play()

    const last = first.requests.at(-1)
    expect(last && portableIn(last)).toEqual(PORTABLE)
    const across = second.requests.at(-1)
    expect(across && portableIn(across)).toEqual(
      PORTABLE.slice(0, PORTABLE.indexOf('assistant: Turn three is done.')),
    )
    expect(last?.text).toContain(`${privateTo(one)}: This takes time.`)
    expect(across?.text).toContain(`${privateTo(other)}: Where was I?`)
    expect(bodies(first).join()).not.toContain(privateTo(other))
    expect(bodies(second).join()).not.toContain(privateTo(one))
    // Nor do the thoughts themselves go from one to the other as words.
    expect(bodies(first).join()).not.toContain('Where was I?')
    expect(bodies(second).join()).not.toContain('This takes time.')
  },
)
