/** Starts a program that nobody waits for. */

export interface DetachedProgram {
  readonly program: string
  readonly args: readonly string[]
  /** Absolute. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

/** Without a shell, input or output; it may outlive this process. @throws What the system says when it cannot. */
export async function startDetached({ program, args, cwd, env }: DetachedProgram): Promise<void> {
  const { spawn } = await import('node:child_process')
  const child = spawn(program, args, { cwd, env, detached: true, stdio: 'ignore', windowsHide: true })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', reject)
  })
  child.unref()
}
