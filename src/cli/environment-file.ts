/** Keys from the `.env` file of the current folder. */

import { existsSync } from 'node:fs'
import { loadEnvFile } from 'node:process'
import { messageOf } from '../protocol/errors.ts'
import { UsageError } from './errors.ts'

/**
 * Adds its variables to the environment; what is set already stays as it is.
 *
 * @throws {UsageError} There is such a file, and it cannot be read.
 */
export function loadEnvironmentFile(): void {
  if (!existsSync('.env')) return
  try {
    loadEnvFile('.env')
  } catch (error) {
    throw new UsageError(`The file .env in this folder cannot be read: ${messageOf(error)}.`)
  }
}
