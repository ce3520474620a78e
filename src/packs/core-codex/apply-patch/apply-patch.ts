/** Applies a patch to files, as Codex's program does or as its tool does. */

import { SpecialFileError } from '../../../platform/errors.ts'
import { PatchConflictError, PatchRejectedError, PatchSyntaxError } from '../errors.ts'
import { applyAll } from './apply-all.ts'
import { applyHunk, changeOf, type PatchChange, type PatchSetting } from './apply-hunk.ts'
import { diskFiles } from './disk-files.ts'
import type { LineEndings } from './line-endings.ts'
import { parsePatch } from './parse-patch.ts'
import type { Hunk } from './patch.ts'
import type { PatchFiles } from './patch-files.ts'
import { verifyPatch } from './verify-patch.ts'

export interface ApplyPatchOptions {
  /** Absolute; relative paths of the patch start here. */
  readonly cwd: string
  /**
   * `program` applies one file after another and stops at the first that fails; what it changed stays.
   * `tool` checks everything first, takes one operation a file, and changes all or nothing. Default `tool`.
   */
  readonly mode?: 'tool' | 'program'
  /** Keep each line's own end (the default), or end every line of a changed file's replaced parts with LF. */
  readonly lineEndings?: LineEndings
  /** Default: the files of this machine. */
  readonly files?: PatchFiles
  /** `tool` mode: told what will change, after the checks and before the first write. */
  readonly onVerified?: (changes: readonly PatchChange[]) => void
}

export interface ApplyPatchResult {
  readonly exitCode: 0 | 1
  /** `Success. Updated the following files:` with a line for each, or nothing. */
  readonly stdout: string
  /** What went wrong, in Codex's words; empty when nothing did. */
  readonly stderr: string
  /** What was changed, also before a failure. */
  readonly changes: readonly PatchChange[]
}

/**
 * Apply a patch in Codex's format.
 *
 * A patch that cannot be read or does not fit is a result, not an exception.
 *
 * @throws {CodexError} An error of the host's own `files`, such as a path that its policy forbids.
 */
export async function applyPatch(patch: string, options: ApplyPatchOptions): Promise<ApplyPatchResult> {
  const { mode = 'tool', cwd, lineEndings = 'preserve', files = diskFiles } = options
  const setting: PatchSetting = { cwd, lineEndings, files }
  return mode === 'program' ? applyAsProgram(patch, setting) : applyAsTool(patch, setting, options.onVerified)
}

async function applyAsProgram(text: string, setting: PatchSetting): Promise<ApplyPatchResult> {
  const changes: PatchChange[] = []
  try {
    const { hunks } = parsePatch(text)
    for (const hunk of hunks) {
      const change = changeOf(hunk, setting.cwd)
      await applyHunk(hunk, change, setting)
      changes.push(change)
    }
    if (hunks.length === 0) return failure('No files were modified.\n')
    return { exitCode: 0, stdout: summaryOf(hunks), stderr: '', changes }
  } catch (error) {
    if (error instanceof PatchSyntaxError) return failure(`${programWords(error)}\n`)
    if (isMisfit(error)) return { ...failure(`${error.message}\n`), changes }
    throw error
  }
}

async function applyAsTool(
  text: string,
  setting: PatchSetting,
  onVerified: ApplyPatchOptions['onVerified'],
): Promise<ApplyPatchResult> {
  let isVerified = false
  try {
    const patch = parsePatch(text)
    const changes = await verifyPatch(patch, setting)
    isVerified = true
    onVerified?.(changes)
    await applyAll(patch.hunks, setting)
    return { exitCode: 0, stdout: summaryOf(patch.hunks), stderr: '', changes }
  } catch (error) {
    if (error instanceof PatchRejectedError) return failure(error.message)
    if (!(error instanceof PatchSyntaxError || isMisfit(error))) throw error
    return failure(isVerified ? `${error.message}\n` : `apply_patch verification failed: ${error.message}`)
  }
}

/** A patch that the files do not take. */
function isMisfit(error: unknown): error is PatchConflictError | SpecialFileError {
  return error instanceof PatchConflictError || error instanceof SpecialFileError
}

function failure(stderr: string): ApplyPatchResult {
  return { exitCode: 1, stdout: '', stderr, changes: [] }
}

function programWords({ problem, line }: PatchSyntaxError): string {
  return line === null ? `Invalid patch: ${problem}` : `Invalid patch hunk on line ${line}: ${problem}`
}

/** The files as the patch spells them: added ones, then updated, then deleted. */
function summaryOf(hunks: readonly Hunk[]): string {
  const lines = (letter: string, kind: Hunk['kind']) =>
    hunks
      .filter((hunk) => hunk.kind === kind)
      .map((hunk) => `${letter} ${hunk.kind === 'update' ? (hunk.movePath ?? hunk.path) : hunk.path}\n`)
  const all = [...lines('A', 'add'), ...lines('M', 'update'), ...lines('D', 'delete')]
  return `Success. Updated the following files:\n${all.join('')}`
}
