/** The floor of a turn, as a process: one turn, and what it cost. */

// JavaScript, so that Node's type stripper is in nobody's figures.

import { printCost } from '../support/print-cost.mjs'
import { runTurn } from './run-turn.mjs'

await runTurn(process.env.BENCH_URL ?? '')
printCost()
