/** The floor of many turns at once. */

import { measureAtOnce } from '../support/at-once.mjs'
import { runTurn } from './run-turn.mjs'

await measureAtOnce(runTurn)
