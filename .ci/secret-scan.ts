/** Finds what must never be published: keys, registry hosts, paths of one person's machine. */

import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'

export interface Finding {
  readonly file: string
  /** Counted from 1. */
  readonly line: number
  /** What it looks like; never the text itself, which would then stand in a build log. */
  readonly what: string
}

interface Rule {
  readonly what: string
  readonly pattern: RegExp
}

/** Long enough for a key and without the words that mark an invented one. */
const secret = (start: string, rest: string) =>
  new RegExp(
    `(?<![A-Za-z0-9])${start}(?![\\w-]*(?:test|fake|example|secret|dummy|xxx|000000|123456))${rest}`,
    'i',
  )

const rules: readonly Rule[] = [
  { what: 'a private key', pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/ },
  { what: 'a key of a model provider', pattern: secret('sk-', '[\\w-]{20,}') },
  { what: 'a key of a search provider', pattern: secret('(?:pplx|tvly|fc)-', '(?=[\\w-]*\\d)[\\w-]{20,}') },
  { what: 'a token of GitHub', pattern: secret('(?:gh[pousr]|github_pat)_', '\\w{20,}') },
  { what: 'a token of npm', pattern: secret('npm_', '(?=\\w*\\d)[A-Za-z0-9]{36}(?!\\w)') },
  { what: 'a token of Slack', pattern: secret('xox[abprs]-', '[\\w-]{10,}') },
  { what: 'a key of Google', pattern: secret('AIza', '[\\w-]{35}') },
  { what: 'a key of AWS', pattern: /(?<![A-Z0-9])(?:AKIA|ASIA)(?!\w*EXAMPLE)[A-Z0-9]{16}(?![A-Z0-9])/ },
  { what: 'a signed token', pattern: /(?<!\w)eyJ[\w-]{15,}\.eyJ[\w-]{15,}\.[\w-]{15,}/ },
  { what: 'an auth line of npm', pattern: /_auth(?:Token)?\s*=\s*[^\s$]/ },
  {
    what: 'a package registry',
    pattern: /\/\/(?:registry\.|[\w.-]*(?:artifactory|jfrog|verdaccio|nexus))[\w.-]*/i,
  },
  { what: 'a place in a lock file', pattern: /"resolved":\s+"(?!file:)/ },
  {
    what: "a path of one person's machine",
    pattern: /(?<![\w.~*-])\/(?:work\/(?:main|shared)|tmp\/scratch)(?![\w-])/,
  },
]

/** The folder of this checkout and the home folder, which no file has a reason to know. */
function rulesOfThisMachine(root: string): Rule[] {
  return [root, `${homedir()}${path.sep}`]
    .filter((place) => place.length > 4)
    .map((place) => ({
      what: "a path of one person's machine",
      pattern: new RegExp(`(?<![\\w.~*-])${escaped(place)}`),
    }))
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

/**
 * Every file that is tracked, or would be by `git add`; the history is not read.
 *
 * Where this is no checkout but an unpacked archive, every file that is not a product of ours.
 */
export function publishedFiles(root: string): string[] {
  const command = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  const { status, stdout } = spawnSync('git', command, { cwd: root, encoding: 'utf8' })
  if (status === 0) return stdout.split('\0').filter((file) => file !== '')

  return globSync('**/*', { cwd: root, withFileTypes: true, exclude: (entry) => PRODUCTS.test(entry.name) })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
}

const PRODUCTS =
  /^(?:node_modules|dist|coverage|\.git|\.env(?!\.example$).*|\.codex-ts|vitest-(?:endurance-)?report\.json|.*\.(?:tgz|log))$/

export function scanText(file: string, text: string, extraRules: readonly Rule[] = []): Finding[] {
  const all = [...rules, ...extraRules]
  return text
    .split('\n')
    .flatMap((line, index) =>
      all.filter(({ pattern }) => pattern.test(line)).map(({ what }) => ({ file, line: index + 1, what })),
    )
}

export function scan(root: string): Finding[] {
  const extraRules = rulesOfThisMachine(root)
  return publishedFiles(root).flatMap((file) =>
    scanText(file, readIfPresent(path.join(root, file)), extraRules),
  )
}

/** Git lists a file that was deleted and not yet committed; it has nothing to hide. */
function readIfPresent(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}

if (import.meta.main) {
  const root = path.resolve(import.meta.dirname, '..')
  const findings = scan(root)
  for (const { file, line, what } of findings) console.log(`${file}:${line} holds ${what}.`)
  console.log(`secret scan: ${publishedFiles(root).length} files, ${findings.length} findings`)
  process.exitCode = findings.length === 0 ? 0 : 1
}
