/** Waits for a function of the host's, though not for ever once the turn is stopped. */

/** How long a tool or a hook may take to obey a stop before we go on without it. */
export const STOP_GRACE_MS = 2000

/**
 * What the hook gives.
 *
 * @throws What the hook throws; the signal's reason where the hook had not ended 2 s after the stop. It then ends unheard.
 */
export async function hostHook<T>(work: T | PromiseLike<T>, stop: AbortSignal): Promise<T> {
  const { promise: gaveUp, reject } = Promise.withResolvers<never>()
  let timer: NodeJS.Timeout | undefined
  const onStop = () => {
    timer = setTimeout(() => reject(stop.reason), STOP_GRACE_MS)
  }
  stop.addEventListener('abort', onStop, { once: true })
  if (stop.aborted) onStop()
  try {
    return await Promise.race([work, gaveUp])
  } finally {
    stop.removeEventListener('abort', onStop)
    clearTimeout(timer)
  }
}
