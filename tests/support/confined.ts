/** A workspace whose commands are held by the real sandbox of this machine, with something of value beside it. */

import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import {
  type CommandRequest,
  type CommandResult,
  canEnforce,
  openWorkspace,
  type Workspace,
  type WorkspaceOptions,
} from '../../src/platform/index.ts'
import { type TempFolder, tempFolder } from './temp-folder.ts'

/** Whether this machine has a sandbox for processes. */
export const hasSandbox = await canEnforce('workspace-write')
/** Whether it is bubblewrap's. */
export const hasBubblewrap = hasSandbox && process.platform === 'linux'

export interface Confined extends AsyncDisposable {
  readonly folder: TempFolder
  readonly root: string
  /** A folder beside the root. */
  readonly outside: string
  readonly workspace: Workspace
  run(command: CommandRequest['command'], request?: Omit<CommandRequest, 'command'>): Promise<CommandResult>
}

/** Test folders lie in `/tmp`, so that is not writable unless a test says so. */
export async function confined(
  options: Partial<WorkspaceOptions> & { readonly files?: Readonly<Record<string, string>> } = {},
): Promise<Confined> {
  const { files, ...rest } = options
  const folder = await tempFolder({ 'outside/treasure': 'gold\n', ...files })
  const root = path.join(folder.path, 'root')
  await mkdir(root, { recursive: true })
  const workspace = await openWorkspace({
    workingDirectory: root,
    sandboxMode: 'workspace-write',
    environment: process.env,
    excludeSlashTmp: true,
    excludeTmpdirEnvVar: true,
    ...rest,
  })
  return {
    folder,
    root,
    outside: path.join(folder.path, 'outside'),
    workspace,
    run: (command, request = {}) => workspace.run({ command, ...request }),
    async [Symbol.asyncDispose]() {
      await workspace[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}
