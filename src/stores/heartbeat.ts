/** Says again and again that somebody is still there, until disposed. */

/**
 * @param beat May fail: the next one comes all the same. Never runs twice at a time.
 * @param everyMs From the start of one beat to the start of the next.
 */
export function heartbeat(everyMs: number, beat: () => Promise<unknown>): Disposable {
  let isBeating = false
  const timer = setInterval(() => {
    if (isBeating) return
    isBeating = true
    beat()
      .catch(() => {})
      .finally(() => {
        isBeating = false
      })
  }, everyMs)
  // A writer that a host forgot must not keep its process alive.
  timer.unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
