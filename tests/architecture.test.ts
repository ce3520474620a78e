/** Keeps the house as STYLE draws it: what may import what, who may touch the world, what may be published. */

import { readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { publishedFiles, scan, scanText } from '../.ci/secret-scan.ts'
import {
  findCycles,
  loadedWith,
  readSource,
  readSources,
  repositoryRoot,
  type SourceFile,
} from './support/source-graph.ts'
import { arrowsBetweenRooms, draw, roomOf, waterfall, wrongArrows } from './support/waterfall.ts'

const sources = readSources()
const inRoom = (...rooms: string[]) => sources.filter(({ path }) => rooms.includes(roomOf(path)))

/** Built-ins that compute and touch nothing. */
const PURE_BUILTINS = ['assert', 'buffer', 'crypto', 'events', 'path', 'string_decoder', 'url', 'util']
/** `std` holds deadlines and streams as well: what Node might have had, of values and time. */
const STD_BUILTINS = [...PURE_BUILTINS, 'async_hooks', 'stream/web', 'timers', 'timers/promises']
const WORLD = ['process', 'console', 'fetch', 'WebSocket', 'EventSource']
const TIMERS = ['setTimeout', 'setInterval', 'setImmediate']

/** Built-ins that cost time or memory just by being loaded. */
const HEAVY_BUILTINS = [
  'node:worker_threads',
  'node:child_process',
  'node:sqlite',
  'node:http',
  'node:https',
  'node:inspector',
]

/** Who may read the environment, the home folder and the current directory, beside the command line. */
const FRONT_DOOR = ['index.ts', 'script.ts', 'open-doors.ts']

/** The packs that select tools of another pack, and whose. */
const SELECTIONS: Readonly<Record<string, readonly string[]>> = {
  'file-ops': ['core-codex'],
  'anthropic-standard': ['core-codex'],
}

/** The files over 500 lines, each with the reason why it is one file. */
const LONG_FILES: Readonly<Record<string, string>> = {}

describe('the waterfall', () => {
  test('each room imports only from rooms below its group', () => {
    const wrong = wrongArrows(sources)

    expect(wrong, `\n${draw(wrong)}\n`).toEqual([])
  })

  test('no files load each other in a circle', () => {
    const arrows = new Map(
      sources.map(({ path, imports }) => [
        path,
        // A type leaves nothing behind that could be used before it is there.
        new Set(imports.flatMap(({ target, kind }) => (target && kind !== 'type' ? target : []))),
      ]),
    )

    expect(findCycles(arrows).map((way) => way.join(' → '))).toEqual([])
  })

  test('no rooms import each other in a circle', () => {
    const arrows = new Map(waterfall.flat().map((room) => [room, new Set<string>()]))
    for (const { from, to } of arrowsBetweenRooms(sources)) arrows.get(roomOf(from))?.add(roomOf(to))

    expect(findCycles(arrows).map((way) => way.join(' → '))).toEqual([])
  })

  test('every import of a file of ours leads to one', () => {
    const files = new Set(sources.map(({ path }) => path))

    const lost = sources.flatMap(({ path, imports }) =>
      imports.flatMap(({ target }) => (target && !files.has(target) ? [`${path} → ${target}`] : [])),
    )

    expect(lost).toEqual([])
  })

  test('a pack takes tools from another only where it is a selection of them', () => {
    const packOf = (file: string) => /^src\/packs\/([^/]+)\//.exec(file)?.[1]

    const wrong = arrowsWithin('packs').filter(({ from, to }) => {
      const [taker, giver] = [packOf(from), packOf(to)]
      return taker && giver && taker !== giver && !SELECTIONS[taker]?.includes(giver)
    })

    expect(wrong).toEqual([])
  })

  test('the loop names no pack', () => {
    const named = arrowsBetweenRooms(inRoom('codex')).filter(({ to }) => roomOf(to) === 'packs')

    expect(named).toEqual([])
  })
})

describe('the edges of the world', () => {
  test('protocol and history compute: they import no built-in that acts and touch neither machine nor time', () => {
    expect(impurities(inRoom('protocol', 'history'), PURE_BUILTINS, [...WORLD, ...TIMERS])).toEqual([])
  })

  test('std does no I/O, though it may wait', () => {
    expect(impurities(inRoom('std'), STD_BUILTINS, WORLD)).toEqual([])
  })

  test('history knows protocol, std and nothing else', () => {
    const wrong = inRoom('history').flatMap(({ path, imports }) =>
      imports
        .filter(({ target, specifier }) =>
          target ? !['history', 'protocol', 'std'].includes(roomOf(target)) : !isBuiltin(specifier),
        )
        .map(({ specifier }) => `${path} → ${specifier}`),
    )

    expect(wrong).toEqual([])
  })

  test('only the command line prints and exits; only the front door beside it reads the environment', () => {
    const ends = [
      'console',
      'process',
      'process.exit',
      'process.exitCode',
      'process.stdout',
      'process.stderr',
    ]
    const reads = ['process.env', 'process.cwd', 'process.argv', 'process.stdin', 'process.chdir']
    const guests = sources.filter(({ path }) => roomOf(path) !== 'cli')

    const found = guests.flatMap((source) => [
      ...source.imports
        .filter(({ specifier }) => /^(?:node:)?process$/.test(specifier))
        .map(() => `${source.path} imports process`),
      ...uses(source, ends),
      ...(FRONT_DOOR.includes(roomOf(source.path)) ? [] : uses(source, reads)),
    ])

    expect(found).toEqual([])
  })

  test('the front door loads no package, and no built-in that is heavy', () => {
    const { files, packages } = loadedWith('src/index.ts', sources)

    expect(files.length).toBeGreaterThan(1)
    expect(packages.filter((name) => !isBuiltin(name) || HEAVY_BUILTINS.includes(name))).toEqual([])
  })

  test('the packages that src imports are the dependencies', () => {
    const manifest = JSON.parse(readFileSync(path.join(repositoryRoot, 'package.json'), 'utf8'))

    const imported = sources.flatMap(({ imports }) =>
      imports
        .filter(({ target, specifier }) => !target && !isBuiltin(specifier))
        .map(({ specifier }) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0]),
    )

    expect([...new Set(imported)].sort()).toEqual(Object.keys(manifest.dependencies).sort())
  })
})

describe('the files', () => {
  test('each opens with a sentence saying what it is for', () => {
    const silent = sources.filter(({ text }) => !/^(?:#!.*\n)?\/\*\*\s+(?:\* )?\S.*/.test(text))

    expect(silent.map(({ path }) => path)).toEqual([])
  })

  test('each reads in one sitting, or says why not', () => {
    const long = sources.filter(({ text }) => text.trimEnd().split('\n').length > 500)

    expect(long.map(({ path }) => path)).toEqual(Object.keys(LONG_FILES))
  })

  test('none holds a secret, a registry or a path of one machine', () => {
    expect(scan(repositoryRoot)).toEqual([])
  })

  test('code and papers name no model but the three test slugs', () => {
    const ours = publishedFiles(repositoryRoot).filter((file) => /^(?:src|docs)\/|^README\.md$/.test(file))

    const found = ours.flatMap((file) =>
      modelNames(readFileSync(path.join(repositoryRoot, file), 'utf8')).map((name) => `${file}: ${name}`),
    )

    expect(found).toEqual([])
  })
})

describe('these rules bite', () => {
  const imports = (file: string, text: string) => wrongArrows([readSource(file, text)]).map(({ why }) => why)

  test.each([
    ['src/tools/a.ts', `import { run } from '../codex/run.ts'`, ['up']],
    ['src/tools/a.ts', `import type { Run } from '../codex/run.ts'`, ['up']],
    ['src/tools/a.ts', `const late = () => import('../codex/run.ts')`, ['up']],
    ['src/history/a.ts', `export { Model } from '../model/index.ts'`, ['sideways']],
    ['src/attic/a.ts', `import '../std/uuid.ts'`, ['a room that is not in the picture']],
    ['src/codex/a.ts', `import { Tool } from '../tools/index.ts'; import { b } from './b.ts'`, []],
  ])('%s with "%s" is %j', (file, text, expected) => {
    expect(imports(file, text)).toEqual(expected)
  })

  test('the picture shows a wrong arrow under the room it starts in', () => {
    const picture = draw([{ from: 'src/std/a.ts', to: 'src/tools/b.ts', why: 'up' }])

    expect(picture).toMatch(/├─ std\n│ +✗ src\/std\/a\.ts → src\/tools\/b\.ts \(up\)$/)
  })

  test('a use of the world is seen, a property or type of the same name is not', () => {
    const { globals } = readSource(
      'src/std/a.ts',
      `interface P { console: string }
       const a = { fetch: 1 }; a.fetch; type T = WebSocket
       process.env['HOME']; fetch('x')`,
    )

    expect([...globals]).toEqual(expect.arrayContaining(['process.env', 'fetch']))
    expect(globals).not.toContain('console')
    expect(globals).not.toContain('WebSocket')
  })

  test('a circle is found and told', () => {
    const arrows = new Map([
      ['a', new Set(['b'])],
      ['b', new Set(['c'])],
      ['c', new Set(['b'])],
    ])

    expect(findCycles(arrows)).toEqual([['b', 'c', 'b']])
  })

  test('secrets, registries and machine paths are found, invented ones are not', () => {
    const key = ['sk', 'or-v1', '9f8e7d6c5b4a39281706f5e4d3c2b1a0'].join('-')
    const found = (text: string) => scanText('a.ts', text).map(({ what }) => what)

    expect(found(`const key = '${key}'`)).toEqual(['a key of a model provider'])
    expect(found(['https:/', 'registry.example.org', 'zod'].join('/'))).toEqual(['a package registry'])
    expect(found(['', 'tmp', 'scratch', 'a.ts'].join('/'))).toEqual(["a path of one person's machine"])
    expect(found(`const key = 'sk-test-0000000000000000000000'`)).toEqual([])
  })

  test('a model name is found, the three test slugs are not', () => {
    expect(modelNames(`model: '${['gpt', '5.1'].join('-')}'`)).toHaveLength(1)
    expect(modelNames('google/gemini-2.0-flash-001 openai/gpt-5-nano anthropic/claude-haiku-4.5')).toEqual([])
  })
})

function arrowsWithin(room: string): { from: string; to: string }[] {
  return inRoom(room).flatMap(({ path: from, imports }) =>
    imports.flatMap(({ target }) => (target && roomOf(target) === room ? [{ from, to: target }] : [])),
  )
}

function isBuiltin(specifier: string): boolean {
  return builtinModules.includes(specifier.replace(/^node:/, '')) || specifier.startsWith('node:')
}

function uses({ path, globals }: SourceFile, names: readonly string[]): string[] {
  return [...globals]
    .filter((name) => names.includes(name) || (names.includes('console') && name.startsWith('console.')))
    .map((name) => `${path} uses ${name}`)
}

function impurities(
  files: readonly SourceFile[],
  builtins: readonly string[],
  globals: readonly string[],
): string[] {
  return files.flatMap((source) => [
    ...source.imports
      .filter(({ specifier }) => isBuiltin(specifier) && !builtins.includes(specifier.replace(/^node:/, '')))
      .map(({ specifier }) => `${source.path} imports ${specifier}`),
    ...[...source.globals]
      .filter((name) => globals.includes(name.split('.')[0] ?? name))
      .map((name) => `${source.path} uses ${name}`),
  ])
}

/** Names of models in a text, without the three that may stand there. */
function modelNames(text: string): string[] {
  const allowed = /(?<![\w-])(?:gemini-2\.0-flash-001|gpt-5-nano|claude-haiku-4\.5)(?![\w.-]*\w)/g
  const families =
    /(?<![\w-])(?:(?:gpt|gemini|grok|llama|qwen|glm|deepseek|mistral|mixtral|kimi|phi|gemma)-?[\w.]*\d[\w.-]*|claude-(?:\d|opus|sonnet|haiku|fable|instant)[\w.-]*|gpt-oss[\w.-]*|deepseek-(?:chat|reasoner)|o[1-9](?:-(?:mini|pro|preview))?(?![\w.(\])=]|\s*[=:;,)]))/gi
  return text.replaceAll(allowed, '').match(families) ?? []
}
