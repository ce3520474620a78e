/** Patches at the edges of the format, made by chance from a seed. */

import path from 'node:path'

export interface PatchCase {
  readonly files: Readonly<Record<string, string>>
  readonly patch: string
}

const WORDS = [
  ...['a', 'b', 'c', '', ' a', 'a ', '\ta', ' ', 'a\u00a0', '\u2013', '-', '"x"', '\u201cx\u201d', '\ufeffa'],
  ...['\u0085a', 'a\u2028b', '+', '@@', '*** End Patch', 'é', '\u3000a', '\u2000a', 'a\u2009b', 'a b'],
]
const ODD_LINES = [
  ...['', '  ', 'junk', '*** End of File', '*** Move to: m', ' *** Update File: b', '\t', '*** Update File:'],
  '*** End Patch ',
]
const LINE_ENDS = ['\n', '\n', '\n', '\r\n', '\r\n', '\r']

export function patchCases(seed: number, count: number): PatchCase[] {
  const chance = randomFrom(seed)
  return Array.from({ length: count }, () => patchCase(chance))
}

interface Chance {
  pick<T>(items: readonly T[]): T
  is(probability: number): boolean
  int(from: number, to: number): number
}

function randomFrom(seed: number): Chance {
  let state = seed >>> 0
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  const int = (from: number, to: number) => from + Math.floor(next() * (to - from + 1))
  return {
    int,
    is: (probability) => next() < probability,
    pick: (items) => {
      const item = items[int(0, items.length - 1)]
      if (item === undefined) throw new Error('Nothing to pick from')
      return item
    },
  }
}

function patchCase(chance: Chance): PatchCase {
  const files: Record<string, string> = { a: fileText(chance), b: fileText(chance) }
  const lines = [
    chance.is(0.95) ? '*** Begin Patch' : chance.pick([' *** Begin Patch ', '\u0085*** Begin Patch']),
  ]
  for (let left = chance.int(1, 2); left > 0; left -= 1) lines.push(...operation(chance, files))
  lines.push(
    chance.is(0.95)
      ? '*** End Patch'
      : chance.pick(['  *** End Patch', '*** End Patch ', '*** End Patch\nx']),
  )
  const patch = lines.join(chance.is(0.85) ? '\n' : '\r\n')
  return { files, patch: chance.is(0.05) ? `<<'EOF'\n${patch}\nEOF\n` : patch }
}

function fileText(chance: Chance): string {
  const ends = chance.is(0.6) ? [chance.pick(LINE_ENDS)] : LINE_ENDS
  const count = chance.int(0, 8)
  return Array.from({ length: count }, (_, index) => {
    const isCut = index === count - 1 && chance.is(0.3)
    return chance.pick(WORDS) + (isCut ? '' : chance.pick(ends))
  }).join('')
}

function operation(chance: Chance, files: Readonly<Record<string, string>>): string[] {
  const name = chance.pick(['a', 'a', 'b', 'a ', './b', 'c'])
  if (chance.is(0.12)) return [`*** Delete File: ${name}`]
  if (chance.is(0.13)) {
    return [
      `*** Add File: ${name}`,
      ...Array.from({ length: chance.int(0, 3) }, () => `+${chance.pick(WORDS)}`),
    ]
  }
  const lines = (files[path.normalize(name.trim())] ?? '').split(/\r\n|\n|\r/)
  return [
    `*** Update File: ${name}`,
    ...(chance.is(0.1) ? [`*** Move to: ${chance.pick(['m', 'a', 'b', 'n/m'])}`] : []),
    ...Array.from({ length: chance.int(1, 3) }, () => chunk(chance, lines)).flat(),
  ]
}

function chunk(chance: Chance, lines: readonly string[]): string[] {
  const out: string[] = []
  if (chance.is(0.8)) out.push(chance.is(0.7) ? '@@' : `@@ ${chance.pick([...lines, 'zz'])}`)
  let at = chance.int(0, Math.max(0, lines.length - 1))
  for (let left = chance.int(0, 5); left > 0; left -= 1) {
    const line = lines[at]
    if (line !== undefined && chance.is(0.6)) {
      out.push(chance.pick([' ', '-']) + loosened(chance, line))
      at += 1
    } else out.push(chance.is(0.9) ? `+${chance.pick(WORDS)}` : chance.pick(ODD_LINES))
  }
  if (chance.is(0.2)) out.push('*** End of File')
  return out
}

function loosened(chance: Chance, line: string): string {
  if (chance.is(0.7)) return line
  return chance.pick([
    `${line} `,
    ` ${line}`,
    line.trim(),
    line.replace('-', '\u2013'),
    line.replaceAll(' ', '\u00a0'),
  ])
}
