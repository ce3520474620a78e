/** Which form of the package a bench measures. */

import { existsSync } from 'node:fs'

const at = (path: string) => new URL(`../../../${path}`, import.meta.url)
const isBuilt = existsSync(at('dist/index.js'))
/** A URL of another build's root file, to compare two of them. */
const { BENCH_DOOR } = process.env

/** The root's file: that in `dist` when it is built, otherwise the source as Node runs it. */
export const packageDoor = BENCH_DOOR ?? (isBuilt ? at('dist/index.js').href : at('src/index.ts').href)

export const packageForm =
  BENCH_DOOR ?? (isBuilt ? 'dist, as it was built last' : 'the source (npm run build makes dist)')
