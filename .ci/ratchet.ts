/** Holds complexity down: files inside the bounds may do as they like, the listed others may only get better. */

import { globSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'

/** A file's length, and the worst values of its functions. */
export interface Measure {
  readonly lines: number
  /** As SonarSource defines it, each function by itself: a branch costs 1, and 1 more for each that it stands in. */
  readonly cognitive: number
  /** Ways through: 1, and 1 more for each branch. */
  readonly cyclomatic: number
}

const METRICS = ['lines', 'cognitive', 'cyclomatic'] as const

/** What every file may reach without being listed. */
export const BOUNDS: Measure = { lines: 400, cognitive: 15, cyclomatic: 20 }

export function measure(text: string, fileName = 'any.ts'): Measure {
  const source = ts.createSourceFile(fileName, text, ts.ScriptTarget.Latest, true)
  let cognitive = 0
  let cyclomatic = 1

  const visit = (node: ts.Node) => {
    if (ts.isFunctionLike(node) || ts.isSourceFile(node)) {
      const found = measureFunction(node)
      cognitive = Math.max(cognitive, found.cognitive)
      cyclomatic = Math.max(cyclomatic, found.cyclomatic)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)

  return { lines: text.trimEnd().split('\n').length, cognitive, cyclomatic }
}

function measureFunction(root: ts.Node): Omit<Measure, 'lines'> {
  let cognitive = 0
  let cyclomatic = 1

  const visit = (node: ts.Node, depth: number) => {
    if (ts.isFunctionLike(node)) return // measured by itself

    if (ts.isIfStatement(node)) return visitIf(node, depth, 1 + depth)
    if (isBranch(node)) {
      cognitive += 1 + depth
      cyclomatic += ts.isSwitchStatement(node) ? node.caseBlock.clauses.filter(ts.isCaseClause).length : 1
      ts.forEachChild(node, (child) => visit(child, depth + 1))
      return
    }
    if (ts.isBinaryExpression(node) && isLogical(node.operatorToken.kind)) {
      cyclomatic += 1
      if (!continuesSequence(node)) cognitive += 1
    }
    if ((ts.isBreakStatement(node) || ts.isContinueStatement(node)) && node.label) cognitive += 1
    ts.forEachChild(node, (child) => visit(child, depth))
  }

  /** `else if` and `else` cost 1 each, however deep they stand: the reader has paid for the depth at the `if`. */
  const visitIf = (node: ts.IfStatement, depth: number, cost: number) => {
    cognitive += cost
    cyclomatic += 1
    visit(node.expression, depth)
    visit(node.thenStatement, depth + 1)
    const { elseStatement } = node
    if (!elseStatement) return
    if (ts.isIfStatement(elseStatement)) return visitIf(elseStatement, depth, 1)
    cognitive += 1
    visit(elseStatement, depth + 1)
  }

  ts.forEachChild(root, (child) => visit(child, 0))
  return { cognitive, cyclomatic }
}

const isBranch = (node: ts.Node): boolean =>
  ts.isIterationStatement(node, false) ||
  ts.isSwitchStatement(node) ||
  ts.isCatchClause(node) ||
  ts.isConditionalExpression(node)

const isLogical = (kind: ts.SyntaxKind): boolean =>
  kind === ts.SyntaxKind.AmpersandAmpersandToken ||
  kind === ts.SyntaxKind.BarBarToken ||
  kind === ts.SyntaxKind.QuestionQuestionToken

/** `a && b && c` is read at one glance, `a && b || c` is not. */
const continuesSequence = (node: ts.BinaryExpression): boolean =>
  ts.isBinaryExpression(node.parent) && node.parent.operatorToken.kind === node.operatorToken.kind

export type Recorded = Readonly<Record<string, Measure>>

/** What got worse, a sentence each. */
export function compare(now: Recorded, recorded: Recorded): string[] {
  return Object.entries(now).flatMap(([file, values]) =>
    METRICS.flatMap((metric) => {
      const bound = Math.max(recorded[file]?.[metric] ?? 0, BOUNDS[metric])
      return values[metric] > bound ? [`${file}: ${metric} is ${values[metric]}, the bound is ${bound}.`] : []
    }),
  )
}

/** The files that need a place in the record. */
export function overBounds(now: Recorded): Recorded {
  return Object.fromEntries(
    Object.entries(now).filter(([, values]) => METRICS.some((metric) => values[metric] > BOUNDS[metric])),
  )
}

if (import.meta.main) {
  const root = path.resolve(import.meta.dirname, '..')
  const recordFile = path.join(import.meta.dirname, 'ratchet.json')
  const files = globSync('src/**/*.ts', { cwd: root }).map((file) => file.split(path.sep).join('/'))
  const now = Object.fromEntries(
    files.sort().map((file) => [file, measure(readFileSync(path.join(root, file), 'utf8'), file)]),
  )

  if (process.argv.includes('--update')) {
    writeFileSync(recordFile, `${JSON.stringify(overBounds(now), null, 2)}\n`)
    console.log(
      `ratchet: ${Object.keys(overBounds(now)).length} of ${files.length} files are over the bounds, now recorded`,
    )
  } else {
    const recorded: Recorded = JSON.parse(readFileSync(recordFile, 'utf8'))
    const worse = compare(now, recorded)
    for (const sentence of worse) console.log(sentence)
    const better = Object.entries(recorded).filter(([file, old]) =>
      METRICS.some((metric) => (now[file]?.[metric] ?? 0) < old[metric]),
    )
    if (better.length > 0)
      console.log(`${better.map(([file]) => file).join(', ')} got better: node .ci/ratchet.ts --update`)
    console.log(
      `ratchet: ${files.length} files, ${Object.keys(recorded).length} over the bounds, ${worse.length} worse`,
    )
    process.exitCode = worse.length === 0 ? 0 : 1
  }
}
