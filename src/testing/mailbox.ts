/** A queue that can be waited at. */

export interface Mailbox<Value> {
  put(value: Value): void
  /** The oldest value that nobody has taken yet, as soon as there is one. */
  take(options?: { readonly signal?: AbortSignal | undefined }): Promise<Value>
}

export function mailbox<Value>(): Mailbox<Value> {
  const values: Value[] = []
  const takers: ((value: Value) => void)[] = []

  const put = (value: Value): void => {
    const taker = takers.shift()
    if (taker === undefined) values.push(value)
    else taker(value)
  }

  const take = ({ signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<Value> => {
    if (signal?.aborted === true) return Promise.reject(signal.reason)
    const [first] = values.splice(0, 1)
    if (first !== undefined) return Promise.resolve(first)

    return new Promise((resolve, reject) => {
      const taker = (value: Value): void => {
        signal?.removeEventListener('abort', giveUp)
        resolve(value)
      }
      const giveUp = (): void => {
        takers.splice(takers.indexOf(taker), 1)
        reject(signal?.reason)
      }
      takers.push(taker)
      signal?.addEventListener('abort', giveUp, { once: true })
    })
  }
  return { put, take }
}
