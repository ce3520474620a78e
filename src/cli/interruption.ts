/** When to stop before the end: Ctrl-C, or a reader of the output that has gone. */

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** What a shell gives for a program that Ctrl-C ended. */
const INTERRUPTED_EXIT_CODE = 130

export interface Interruption extends Disposable {
  readonly signal: AbortSignal
}

/** The first Ctrl-C asks for the end, the second leaves at once. Listens until it is disposed. */
export function interruption(): Interruption {
  const controller = new AbortController()
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED_EXIT_CODE)
    controller.abort()
  }
  const onBrokenOutput = () => controller.abort()
  for (const name of SIGNALS) process.on(name, onSignal)
  process.stdout.on('error', onBrokenOutput)
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of SIGNALS) process.off(name, onSignal)
      process.stdout.off('error', onBrokenOutput)
    },
  }
}
