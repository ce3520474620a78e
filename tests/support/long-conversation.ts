/** One conversation of twelve steps, for any wire API and any of its makers. */

import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { Codex, defineTool, type Pack, type Thread } from '../../src/index.ts'
import type { WireApi } from '../../src/protocol/modes.ts'
import { fileStore } from '../../src/stores/index.ts'
import {
  calls,
  custom,
  cutsAfter,
  type ProviderRequest,
  type ScriptedProvider,
  type Step,
  says,
  thinks,
} from '../../src/testing/index.ts'
import { PICTURES } from './pictures.ts'
import type { TempFolder } from './temp-folder.ts'

/** Where one turn is played: the provider's name is the maker's. */
export interface Stage {
  readonly name: string
  readonly wireApi: WireApi
}

/** What only its maker may see again. */
export const privateTo = ({ name }: Stage) => `private-to-${name}`

const freeform = ({ wireApi }: Stage, text: string) =>
  wireApi === 'responses' ? custom('note', text) : calls('note', { input: text })

const thought = (at: Stage, text: string) => thinks(text, { encrypted: `${privateTo(at)}: ${text}` })

/** Pieces of a message that have come when the connection breaks. */
const HALF = { responses: 5, chat: 3, messages: 5 } as const

/** The steps of each turn. The third has a stream that breaks, and is asked for again. */
export const TURNS: readonly ((at: Stage) => Step[])[] = [
  (at) => [
    [
      thought(at, 'Two towns.'),
      says('I look them up.'),
      calls('weather', { town: 'Leeds' }),
      calls('weather', { town: 'York' }),
    ],
    [thought(at, 'And a third.'), calls('weather', { town: 'Atlantis' })],
    calls('weather', '{"town": '),
    freeform(at, 'Not a *town*,\n"Atlantis".'),
    calls('look'),
    says('Turn one is done.'),
  ],
  (at) => [
    [thought(at, 'This takes time.'), says('I wait.'), calls('weather', { town: 'Hull' }), calls('wait')],
  ],
  (at) => [
    [thought(at, 'Where was I?'), calls('weather', { town: 'Bath' })],
    [says('Half of this is lost.'), cutsAfter(HALF[at.wireApi])],
    [thought(at, 'Again.'), says('Once more.'), calls('weather', { town: 'Ripon' })],
    says('Turn three is done.'),
  ],
  (at) => [[thought(at, 'One more.'), calls('no_such_tool', { town: 'Bath' })], says('All is done.')],
]

/** What every request after the last step has to say, on whichever wire API. */
export const PORTABLE: readonly string[] = [
  'user: Look at this picture.',
  'assistant: I look them up.',
  'call: weather {"town":"Leeds"}',
  'call: weather {"town":"York"}',
  'output: rain in Leeds',
  'output: rain in York',
  'call: weather {"town":"Atlantis"}',
  'output: There is no such town.',
  'call: weather {"town": ',
  'output: failed to parse function arguments',
  'call: note Not a *town*,\n"Atlantis".',
  'output: noted: Not a *town*,\n"Atlantis".',
  'call: look {}',
  'output: a picture',
  'assistant: Turn one is done.',
  'user: Wait for me.',
  'assistant: I wait.',
  'call: weather {"town":"Hull"}',
  'call: wait {}',
  'output: rain in Hull',
  'output: aborted',
  'user: Go on.',
  'call: weather {"town":"Bath"}',
  'output: rain in Bath',
  'assistant: Once more.',
  'call: weather {"town":"Ripon"}',
  'output: rain in Ripon',
  'assistant: Turn three is done.',
  'user: Finish it.',
  'call: no_such_tool {"town":"Bath"}',
  'output: unsupported call: no_such_tool',
]

/** The same words of a request that was sent, from the first prompt on. */
export function portableIn(request: ProviderRequest): string[] {
  const lines = request.items.flatMap((item): string[] => {
    switch (item.type) {
      case 'message':
        return item.role === 'user' || item.role === 'assistant' ? spokenIn(item.role, item.text) : []
      case 'call':
        return [`call: ${item.name} ${inputOf(item.name, item.input)}`]
      case 'output':
        return [`output: ${outputOf(item.text)}`]
      default:
        return []
    }
  })
  return lines.slice(lines.indexOf(PORTABLE[0] ?? ''))
}

/** A prompt with a picture is text around it, as parts of a message or as messages. */
function spokenIn(role: string, text: string): string[] {
  const words = text.replaceAll(/<image name=[^>]*>|<\/image>/g, '').trim()
  return words === '' || words.startsWith('[Output of the tool call') ? [] : [`${role}: ${words}`]
}

/** Freeform text is wrapped where the wire API has no such calls; bad JSON has a place of its own on Messages. */
function inputOf(name: string, input: string): string {
  const wrapped = input.startsWith('{"INVALID_JSON":') ? JSON.parse(input).INVALID_JSON : input
  return name === 'note' && wrapped.startsWith('{') ? JSON.parse(wrapped).input : wrapped
}

/** Of explanations the beginning; a picture follows in another message where outputs are text. */
function outputOf(text: string): string {
  const [known] = /^(?:failed to parse function arguments|aborted|a picture|unsupported call: \w+)/.exec(
    text,
  ) ?? [text]
  return known
}

export interface Talk extends AsyncDisposable {
  /** Plays all four turns; the third and fourth in another process's place: a new `Codex` on the same store. */
  play(): Promise<void>
}

/**
 * @param stages Where each turn is played.
 * @param providers By the names of the stages.
 */
export function longConversation(
  stages: readonly Stage[],
  providers: Readonly<Record<string, ScriptedProvider>>,
  folder: TempFolder,
): Talk {
  const stop = new AbortController()
  const pack = tools(() => stop.abort())
  const opened: Codex[] = []
  const open = () => {
    const codex = new Codex({
      providers: Object.fromEntries(
        stages.map(({ name, wireApi }) => [
          name,
          {
            baseUrl: providers[name]?.url ?? '',
            apiKey: 'test-key',
            wireApi,
            streamRetriesMax: 1,
            ...(wireApi === 'chat' ? { profile: 'openrouter' as const } : {}),
          },
        ]),
      ),
      models: Object.fromEntries(
        stages.map(({ name }) => [name, { provider: name, model: 'any', customTools: true }]),
      ),
      packs: [pack],
      store: fileStore(path.join(folder.path, 'store')),
      env: {},
    })
    opened.push(codex)
    return codex
  }
  const options = (turn: number) => ({ model: stages[turn]?.name ?? '' })
  const direct = { toolMode: 'direct', workingDirectory: folder.path } as const

  return {
    async play() {
      const picture = path.join(folder.path, 'picture.png')
      await writeFile(picture, PICTURES['image/png'])
      const first = open()
      const thread = first.startThread({ ...direct, ...options(0) })
      await thread.run(
        [
          { type: 'text', text: 'Look at this picture.' },
          { type: 'local_image', path: picture },
        ],
        options(0),
      )
      await stopped(thread, options(1), stop.signal)
      const { id } = thread
      await first.close()

      const again = open().resumeThread(id ?? '', direct)
      await again.run('Go on.', options(2))
      await again.run('Finish it.', options(3))
    },
    async [Symbol.asyncDispose]() {
      for (const codex of opened) await codex.close()
    },
  }
}

/** The tool itself says when the turn is to be stopped: when it is at work. */
async function stopped(thread: Thread, options: { model: string }, signal: AbortSignal): Promise<void> {
  const outcome = await thread.run('Wait for me.', { ...options, signal }).then(
    () => 'not stopped',
    (error: unknown) => (error instanceof Error ? error.name : ''),
  )
  if (outcome !== 'AbortError') throw new Error(`The turn was to be stopped, but ended as: ${outcome}`)
}

function tools(onWait: () => void): Pack {
  const weather = defineTool({
    name: 'weather',
    description: 'The weather in a town.',
    input: z.object({ town: z.string() }),
    effects: [],
    parallel: true,
    run({ town }) {
      if (town === 'Atlantis') throw new Error('There is no such town.')
      return `rain in ${town}`
    },
  })
  const note = defineTool({
    name: 'note',
    description: 'Keeps a note.',
    input: z.object({ input: z.string() }),
    effects: [],
    freeform: { format: { type: 'text' }, toInput: (text) => ({ input: text }) },
    run: ({ input }) => `noted: ${input}`,
  })
  const look = defineTool({
    name: 'look',
    description: 'Shows a picture.',
    input: z.object({}),
    effects: [],
    run: () => `data:image/png;base64,${PICTURES['image/png'].toString('base64')}`,
    render: (url) => [
      { type: 'input_text', text: 'a picture' },
      { type: 'input_image', image_url: url },
    ],
  })
  const wait = defineTool({
    name: 'wait',
    description: 'Waits until it is stopped.',
    input: z.object({}),
    effects: [],
    async run(_, { signal }) {
      const { promise, reject } = Promise.withResolvers<never>()
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      onWait()
      return await promise
    },
  })
  return { slug: 'town', tools: [weather, note, look, wait] }
}
