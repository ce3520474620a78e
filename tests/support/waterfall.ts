/** The rooms of `src` from top to bottom: a room imports only from groups below its own. */

import type { SourceFile } from './source-graph.ts'

export const waterfall: readonly (readonly string[])[] = [
  ['cli'],
  ['gateway', 'viewer'],
  ['index.ts', 'script.ts'],
  ['open-doors.ts'],
  ['testing', 'codex'],
  ['context', 'history', 'model', 'harness', 'packs'],
  ['tools'],
  ['stores', 'platform'],
  ['observability'],
  ['protocol', 'std'],
]

export interface WrongArrow {
  readonly from: string
  readonly to: string
  readonly why: string
}

/** `src/tools/tool.ts` stands in `tools`, `src/index.ts` in `index.ts`. */
export function roomOf(file: string): string {
  return file.split('/')[1] ?? file
}

export function floorOf(room: string): number {
  return waterfall.findIndex((group) => group.includes(room))
}

/** Arrows that go up, or sideways to a neighbour, or lead to or from a room that the picture lacks. */
export function wrongArrows(sources: readonly SourceFile[]): WrongArrow[] {
  return arrowsBetweenRooms(sources).flatMap(({ from, to }) => {
    const [floorFrom, floorTo] = [floorOf(roomOf(from)), floorOf(roomOf(to))]
    if (floorFrom === -1 || floorTo === -1) return [{ from, to, why: 'a room that is not in the picture' }]
    if (floorTo < floorFrom) return [{ from, to, why: 'up' }]
    return floorTo === floorFrom ? [{ from, to, why: 'sideways' }] : []
  })
}

export function arrowsBetweenRooms(sources: readonly SourceFile[]): { from: string; to: string }[] {
  return sources.flatMap(({ path: from, imports }) =>
    imports.flatMap(({ target }) =>
      target && roomOf(target) !== roomOf(from) ? [{ from, to: target }] : [],
    ),
  )
}

/** The picture, each wrong arrow under the room it starts in. */
export function draw(wrong: readonly WrongArrow[]): string {
  const groups = waterfall.map((group) =>
    group.flatMap((room) => [
      `├─ ${room}`,
      ...wrong
        .filter(({ from }) => roomOf(from) === room)
        .map(({ from, to, why }) => `│     ✗ ${from} → ${to} (${why})`),
    ]),
  )
  const strangers = wrong
    .filter(({ from }) => floorOf(roomOf(from)) === -1)
    .map(({ from, to, why }) => `✗ ${from} → ${to} (${why})`)
  return ['src/', groups.map((lines) => lines.join('\n')).join('\n│\n'), ...strangers].join('\n')
}
