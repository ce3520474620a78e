/** Who imports whom in `src`, read from the import lines. */

import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'

export interface Import {
  readonly specifier: string
  /** `type` leaves no trace at run time, `late` is an `import()`; only `static` is loaded with its file. */
  readonly kind: 'static' | 'late' | 'type'
  /** The file of ours that it means, relative to the root of the repository; absent for packages and built-ins. */
  readonly target?: string
}

export interface SourceFile {
  /** Relative to the root of the repository, with forward slashes. */
  readonly path: string
  readonly text: string
  readonly imports: readonly Import[]
  /** Global names the file uses, with the property where one follows: `fetch`, `process.env`. */
  readonly globals: ReadonlySet<string>
}

export const repositoryRoot = path.resolve(import.meta.dirname, '../..')

export function readSources(): SourceFile[] {
  return globSync('src/**/*.ts', { cwd: repositoryRoot })
    .map((file) => file.split(path.sep).join('/'))
    .sort()
    .map((file) => readSource(file, readFileSync(path.join(repositoryRoot, file), 'utf8')))
}

export function readSource(file: string, text: string): SourceFile {
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const imports: Import[] = []
  const globals = new Set<string>()

  const add = (specifier: ts.Node | undefined, kind: Import['kind']) => {
    if (!specifier || !ts.isStringLiteralLike(specifier)) return
    const own = specifier.text.startsWith('.')
    const target = path.posix.join(path.posix.dirname(file), specifier.text)
    imports.push({ specifier: specifier.text, kind, ...(own && { target }) })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      add(
        node.moduleSpecifier,
        node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword ? 'type' : 'static',
      )
    } else if (ts.isExportDeclaration(node)) {
      add(node.moduleSpecifier, node.isTypeOnly ? 'type' : 'static')
    } else if (ts.isImportTypeNode(node)) {
      add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, 'type')
    } else if (ts.isCallExpression(node) && isLateImport(node)) {
      add(node.arguments[0], 'late')
    } else if (ts.isIdentifier(node) && isValueUse(node)) {
      globals.add(withProperty(node))
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)

  return { path: file, text, imports, globals }
}

/** `import('x')`, or the address of a package's file by `createRequire(…).resolve('x')` or `import.meta.resolve('x')`. */
function isLateImport({ expression }: ts.CallExpression): boolean {
  if (expression.kind === ts.SyntaxKind.ImportKeyword) return true
  return (
    ts.isPropertyAccessExpression(expression) &&
    expression.name.text === 'resolve' &&
    /^(?:createRequire\b|require$|import\.meta$)/.test(expression.expression.getText())
  )
}

/** `process.env` for the `process` in it. */
function withProperty(node: ts.Identifier): string {
  const { parent } = node
  const object = ts.isPropertyAccessExpression(parent) && parent.expression === node ? parent : undefined
  return object ? `${node.text}.${object.name.text}` : node.text
}

/** Not the name of a property, of something declared here, or of a type. */
function isValueUse(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  if (ts.isTypeNode(parent) || ts.isQualifiedName(parent) || ts.isImportSpecifier(parent)) return false
  return (
    !('name' in parent && parent.name === node) && !('propertyName' in parent && parent.propertyName === node)
  )
}

/** What is loaded with `door`: our files, and the packages and built-ins they name. */
export function loadedWith(
  door: string,
  sources: readonly SourceFile[],
): { files: string[]; packages: string[] } {
  const byPath = new Map(sources.map((source) => [source.path, source]))
  const files = new Set([door])
  const packages = new Set<string>()

  for (const file of files) {
    for (const { kind, target, specifier } of byPath.get(file)?.imports ?? []) {
      if (kind !== 'static') continue
      if (target) files.add(target)
      else packages.add(specifier)
    }
  }
  return { files: [...files], packages: [...packages] }
}

/** A way round for each arrow that closes one: cutting the last arrow of each leaves no circle. */
export function findCycles(arrows: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const cycles: string[][] = []
  const done = new Set<string>()

  const search = (at: string, way: readonly string[]): void => {
    if (way.includes(at)) {
      cycles.push([...way.slice(way.indexOf(at)), at])
      return
    }
    if (done.has(at)) return
    for (const next of arrows.get(at) ?? []) search(next, [...way, at])
    done.add(at)
  }

  for (const start of arrows.keys()) search(start, [])
  return cycles
}
