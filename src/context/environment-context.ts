/** Tells the model where it is: folder, shell, day, and what it may touch. */

import type { SandboxMode } from '../protocol/modes.ts'
import { escaped } from './messages.ts'

export interface EnvironmentValues {
  readonly cwd: string
  /** The shell that runs commands, as `bash` or `powershell`. */
  readonly shell: string
  /** The user's day, as `2026-11-21`. */
  readonly currentDate: string
  /** An IANA name, as `Europe/Berlin`. */
  readonly timezone: string
  /** Absolute; the first is the workspace itself. Without full access these may be read, or written where the mode says so. */
  readonly workspaceRoots: readonly string[]
  readonly sandboxMode: SandboxMode
}

/** The `<environment_context>` text, in Codex's shape; the same values give the same bytes. */
export function environmentContext(values: EnvironmentValues): string {
  return wrapped(sectionsOf(values))
}

/**
 * The same with only what is no longer as it was: a section is told whole, or not at all.
 *
 * @returns Null where nothing changed.
 */
export function environmentDiff(before: EnvironmentValues, now: EnvironmentValues): string | null {
  const told = sectionsOf(before)
  const changed = sectionsOf(now).filter((section, index) => section !== told[index])
  return changed.length === 0 ? null : wrapped(changed)
}

const wrapped = (sections: readonly string[]): string =>
  ['<environment_context>', ...sections, '</environment_context>'].join('\n')

/** Always as many, in the same order. */
function sectionsOf(values: EnvironmentValues): string[] {
  return [
    `  <cwd>${escaped(values.cwd)}</cwd>`,
    `  <shell>${escaped(values.shell)}</shell>`,
    `  <current_date>${escaped(values.currentDate)}</current_date>`,
    `  <timezone>${escaped(values.timezone)}</timezone>`,
    [
      '  <filesystem>',
      '    <workspace_roots>',
      ...values.workspaceRoots.map((root) => `      <root>${escaped(root)}</root>`),
      '    </workspace_roots>',
      ...permissionProfile(values).map((line) => `    ${line}`),
      '  </filesystem>',
    ].join('\n'),
  ]
}

function permissionProfile({ sandboxMode, workspaceRoots }: EnvironmentValues): string[] {
  if (sandboxMode === 'danger-full-access') {
    return [`<permission_profile type="disabled" sandbox_mode="${sandboxMode}" />`]
  }
  const access = sandboxMode === 'workspace-write' ? 'write' : 'read'
  return [
    `<permission_profile type="managed" sandbox_mode="${sandboxMode}">`,
    ...workspaceRoots.map((root) => `  <entry access="${access}">${escaped(root)}</entry>`),
    '</permission_profile>',
  ]
}
