/** Which form of the package a bench measures. */

import { existsSync } from 'node:fs'

const at = (path: string) => new URL(`../../../${path}`, import.meta.url)
const isBuilt = existsSync(at('dist/index.js'))

/** The root's file: that in `dist` when it is built, otherwise the source as Node runs it. */
export const packageDoor = isBuilt ? at('dist/index.js').href : at('src/index.ts').href

export const packageForm = isBuilt ? 'dist, as it was built last' : 'the source (npm run build makes dist)'
