/** The front door behind the contract of the bench that runs one agent through many libraries. */

// JavaScript, as the adapters of the others are. The bench reads the next two lines as text.
export const wires = ['responses', 'chat', 'messages']
const dist = ['../../../dist/index.js']

import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'

const isBuilt = existsSync(new URL(dist[0], import.meta.url))
const under = (name) => (isBuilt ? `../../../dist/${name}.js` : `../../../src/${name}.ts`)

/** Found from this file; what users of the root import load. */
export const imports = isBuilt ? dist : [under('index')]

/** One `Codex` for all that the process runs, as a host has it; a conversation is a thread of it. */
export async function load() {
  const { Codex, defineTool } = await import(under('index'))
  const { memoryStore } = await import(isBuilt ? under('stores') : under('stores/index'))
  const known = new Map()
  const codexAt = (baseUrl, wireApi) => {
    const key = `${wireApi} ${baseUrl}`
    const codex =
      known.get(key) ??
      new Codex({
        providers: { bench: { baseUrl, apiKey: 'x', wireApi } },
        packs: [],
        store: memoryStore(),
        limits: { stepsMax: 10_000 },
        env: {},
      })
    known.set(key, codex)
    return codex
  }
  return { codexAt, defineTool }
}

const SUMMANDS = {
  type: 'object',
  properties: { a: { type: 'number' }, b: { type: 'number' } },
  required: ['a', 'b'],
  additionalProperties: false,
}

export function create({ codexAt, defineTool }, { wire, base, model, exec }) {
  const add = defineTool({
    name: 'add',
    description: 'add',
    input: SUMMANDS,
    effects: [],
    run: ({ a, b }, { signal }) => exec({ a, b }, signal),
  })
  const thread = codexAt(`${base}/v1`, wire).startThread({
    model: `bench/${model}`,
    packs: [{ slug: 'sums', tools: [add] }],
    toolMode: 'direct',
    workingDirectory: tmpdir(),
    developerInstructions: 'You add.',
  })
  return {
    async send(prompt, { signal, onDelta } = {}) {
      const notes = []
      const run = thread.run(prompt, { signal })
      for await (const event of run) {
        if (event.type === 'item.delta' && event.item_type === 'agent_message') onDelta?.(event.delta)
        if (event.type === 'error') notes.push(event.message)
      }
      const { finalResponse } = await run
      return { text: finalResponse, notes }
    },
  }
}
