/** The machine: files and processes, inside one policy. */

export { type Clock, systemClock } from './clock.ts'
export type { CommandRequest, CommandResult, RunningCommand } from './command.ts'
export { commandEnvironment, type Environment, type EnvironmentPolicy } from './environment.ts'
export {
  type Access,
  CommandNotStartedError,
  PathDeniedError,
  SandboxUnavailableError,
  SpecialFileError,
  StdinClosedError,
  TerminalUnavailableError,
  UnknownProcessError,
  WorkspaceClosedError,
} from './errors.ts'
export { findHostFiles, realPathOnHost } from './find-files.ts'
export { omissionLine } from './head-tail-buffer.ts'
export { openWorkspace, type WorkspaceOptions } from './open-workspace.ts'
export { type OutputSpool, outputSpool } from './output-spool.ts'
export type { ProcessSnapshot, ProcessTable } from './process-table.ts'
export { isSandboxDenial } from './sandbox/denial.ts'
export {
  canEnforce,
  type Launch,
  type Sandbox,
  type SandboxPolicy,
  type SandboxProblem,
  sandboxProblem,
  type WrappedLaunch,
} from './sandbox.ts'
export { commandLine, type ShellOptions, shellCommand } from './shell.ts'
export { commandsOf, type ParsedCommand } from './shell-script/commands-of.ts'
export { type HeredocCall, type HeredocFolder, readHeredocCall } from './shell-script/heredoc-call.ts'
export { programName } from './shell-script/program-name.ts'
export {
  type CommandWords,
  parseShellScript,
  type ShellCommand,
  type ShellScript,
} from './shell-script/shell-script.ts'
export { type Unwrapped, unwrapCommand } from './shell-script/unwrap-command.ts'
export { quoteCommand } from './shell-words.ts'
export { piecesOf } from './utf8.ts'
export type { DirectoryEntry, FileInfo, Workspace } from './workspace.ts'
