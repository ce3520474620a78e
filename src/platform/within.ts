/** Waits for something, but not for ever. */

/**
 * Resolves when `promise` does, or after `ms`.
 *
 * @throws The signal's reason, once it is aborted.
 */
export async function within(
  promise: Promise<unknown>,
  bounds: { readonly ms?: number; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const { ms, signal } = bounds
  signal?.throwIfAborted()
  const { promise: over, resolve, reject } = Promise.withResolvers<void>()
  const onAbort = () => reject(signal?.reason)
  const timer = ms === undefined ? undefined : setTimeout(resolve, ms)
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    await Promise.race([promise, over])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}
