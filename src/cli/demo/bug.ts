/** What a bug of the demo is: how it gets in, and what the scripted model says and does about it. */

import type { ProviderRequest, StreamPart } from '../../testing/index.ts'

/** A text of the library, and what is put in its place. */
export interface Seed {
  /** Relative to the library's folder. */
  readonly file: string
  /** Stands in the file exactly once. */
  readonly right: string
  readonly wrong: string
}

/** The model's next words, which depend on what it was sent like any model's. */
export type Words = (request: ProviderRequest) => readonly StreamPart[]

export interface Bug {
  readonly seed: Seed
  /** As one script, and the answer to what it gave. */
  readonly scriptSteps: readonly Words[]
  /** As one call for each step. */
  readonly directSteps: readonly Words[]
}
