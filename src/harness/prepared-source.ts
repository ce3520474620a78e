/** A script's source, made ready for the engine or refused. */

export type PreparedSource =
  | {
      readonly ok: true
      /** JavaScript, the body of an async function. */
      readonly body: string
      /** JSON; left out when every position in `body` is that in the source. */
      readonly sourceMap?: string
    }
  | {
      readonly ok: false
      readonly kind: 'syntax' | 'forbidden' | 'timeout'
      readonly message: string
      /** Counted from 1, as is `column`. */
      readonly line?: number
      readonly column?: number
    }

/** What the strip worker is asked. */
export interface StripRequest {
  readonly id: number
  readonly source: string
}

export interface StripReply {
  readonly id: number
  readonly prepared: PreparedSource
  /** False: the stripper broke, and the thread should not be asked again. */
  readonly healthy: boolean
}
