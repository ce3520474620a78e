/** Secrets taken out of text, whole and in pieces. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRedactor } from '../../src/std/redact.ts'

const SECRET = 'p@ss/wörd "42"+xyz'
// Put together here, so that no scanner takes the tests for a leak.
const OPENAI_LIKE = ['sk', 'proj', 'a1B2c3D4e5F6g7H8i9J0'].join('-')
const JWT = [`${'eyJ'}hbGciOiJIUzI1NiJ9`, `${'eyJ'}zdWIiOiIxMjM0NTYifQ`, 'c2lnbmF0dXJlLTEyMw'].join('.')
const PEM_HEADER = ['-----BEGIN PRI', 'VATE KEY-----'].join('')
const PEM = [
  '-----BEGIN RSA PRIVATE',
  ' KEY-----\nMIIEowIBAAKCAQEA0Z\nabcdefghij==\n-----END RSA PRIVATE',
  ' KEY-----',
].join('')

/** What a stream gives of a text cut at these places. */
function streamed(values: string[], text: string, cuts: readonly number[]): string {
  const stream = createRedactor(values).stream()
  const places = [0, ...cuts.map((cut) => Math.min(cut, text.length)).toSorted((a, b) => a - b), text.length]
  const shown = places.slice(1).map((end, index) => stream.push(text.slice(places[index], end)))
  return shown.join('') + stream.end()
}

describe('a whole text', () => {
  test.each([
    ['as it is', SECRET],
    ['in JSON', JSON.stringify(SECRET).slice(1, -1)],
    ['in a URL', encodeURIComponent(SECRET)],
    [
      'in a URL with small hex digits',
      encodeURIComponent(SECRET).replace(/%../g, (code) => code.toLowerCase()),
    ],
    ['in JSON that also escapes slashes', JSON.stringify(SECRET).slice(1, -1).replaceAll('/', '\\/')],
    ['in a form', new URLSearchParams({ k: SECRET }).toString().slice(2)],
    ['in base64', Buffer.from(SECRET).toString('base64')],
    ['in base64 for URLs', Buffer.from(SECRET).toString('base64url')],
  ])('loses a known secret %s', (_, spelled) => {
    const { redact } = createRedactor([SECRET])

    expect(redact(`before ${spelled} after`)).toBe('before [redacted] after')
  })

  test('loses a value that ends a file, also without the line end', () => {
    const { redact } = createRedactor(['swordfish-12\n'])

    expect(redact('a swordfish-12 b swordfish-12\n')).toBe('a [redacted] b [redacted]\n')
  })

  test('loses a value of several lines whatever ends them', () => {
    const lines = ['first-half-1', 'other-half-2']
    const one = createRedactor([`${lines.join('\n')}\n`])
    const other = createRedactor([lines.join('\r\n')])

    for (const { redact } of [one, other]) {
      expect(redact(lines.join('\n'))).toBe('[redacted]')
      expect(redact(lines.join('\r\n'))).toBe('[redacted]')
      expect(redact(JSON.stringify(lines.join('\n')))).toBe('"[redacted]"')
    }
  })

  test('without shapes loses the given values, and them alone', () => {
    const text = `swordfish-12 ${OPENAI_LIKE} ${PEM}`

    expect(createRedactor(['swordfish-12'], { shapes: false }).redact(text)).toBe(
      `[redacted] ${OPENAI_LIKE} ${PEM}`,
    )
    expect(createRedactor([], { shapes: false }).redact(text)).toBe(text)
    const stream = createRedactor([], { shapes: false }).stream()
    expect(stream.push(OPENAI_LIKE)).toBe(OPENAI_LIKE)
    expect(stream.end()).toBe('')
  })

  test.each([0, 1, 2, 3, 4])(
    'loses a known secret inside a base64 text, %i bytes from its start',
    (count) => {
      const { redact } = createRedactor(['hunter2-hunter2-hunter2'])
      const encoded = Buffer.from(`${'u'.repeat(count)}hunter2-hunter2-hunter2:tail`).toString('base64')

      const clean = redact(encoded)

      expect(clean).toContain('[redacted]')
      expect(Buffer.from(clean.replace('[redacted]', ''), 'base64').toString()).not.toContain('unter2')
    },
  )

  test.each([
    ['a key of OpenAI', OPENAI_LIKE],
    ['a token of GitHub', `ghp_${'a1B2c3D4'.repeat(5)}`],
    ['a key id of AWS', `${'AKIA'}IOSFODNN7EXAMPLE`],
    ['a web token', JWT],
    ['a private key', PEM],
    ['a private key with written line ends', PEM.replaceAll('\n', '\\n')],
    ['a private key in JSON in JSON', PEM.replaceAll('\n', '\\\\n')],
    ['a private key with indented lines', PEM.replaceAll('\n', '\r\n    ')],
    ['a private key with numbered lines', PEM.replaceAll('\n', '\n12:')],
    [
      'an encrypted private key',
      PEM.replace('\n', '\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123456789ABCDEF\n\n'),
    ],
    ['a private key that is cut off', `${PEM_HEADER}\n${'MIIEowIBAAKCAQEA'.repeat(4)}\n${'a1B2'.repeat(5)}`],
    ['a key with few digits and no joints', ['sk', 'abcdefghijKLMNOPQRST4uvwx'].join('-')],
  ])('loses %s, although nobody named it', (_, secret) => {
    const { redact } = createRedactor()

    expect(redact(`before "${secret}" after`)).toBe('before "[redacted]" after')
  })

  test('loses the token of an authorization, and keeps the word before it', () => {
    const { redact } = createRedactor()

    expect(redact('Authorization: Bearer abcdef0123456789abcdef')).toBe('Authorization: Bearer [redacted]')
  })

  test('loses the password of a URL, and keeps the rest of it', () => {
    const { redact } = createRedactor()

    expect(redact('postgres://app:hunter2@db:5432/main')).toBe('postgres://app:[redacted]@db:5432/main')
  })

  test('loses the longer of two secrets that begin alike', () => {
    const { redact } = createRedactor(['abcdefgh', 'abcdefgh-more'])

    expect(redact('abcdefgh-more abcdefgh')).toBe('[redacted] [redacted]')
  })

  test.each([
    `the task-list-with-a-very-long-name-2 of sk-${'toggleable-content-label'}`,
    'https://example.com:8080/a@b and user:name@host',
    '-----BEGIN CERTIFICATE-----\nMIIEowIBAAKCAQEA0Z\n-----END CERTIFICATE-----',
    `if (text.includes('${PEM_HEADER}')) return`,
    'a Bearer of bad news',
    'const bearer = "Bearer " + token',
    'Authorization: Bearer YOUR_ACCESS_TOKEN_HERE',
    'the bearer responsibilities of authentication/authorization',
    `.sk-${'folding-cube-wrapper-1'} { top: 0 }`,
    `<i class="sk-${'circle-fade-dot-number-12'}">`,
    `.sk-${'cube-grid-cell-number-1234'}:hover`,
    `${PEM_HEADER}\nis how a key begins, and\nordinary lines follow: the file is read in full`,
    `${PEM_HEADER}\nshort\nlines`,
    'http://localhost:3000?email=me@example.com',
    'http://localhost:30000&email=me@example.com',
    'http://localhost:8080#someone@example.com',
    'docker://nginx:1.25@sha256:abcd',
    'docker://nginx:1.25.3-alpine@sha256:abcd',
    'http://host:8080,b@c',
    'postgres://user:$PASSWORD@host',
    `postgres://user:${'$'}{DB_PASSWORD}@host`,
    `postgres://user:app-${'$'}{DB_PASSWORD}@host`,
    'postgres://user:<password>@host',
    'postgres://user:{password}@host',
    'vscode://file:a@b',
  ])('keeps what only looks a little like a secret: %s', (text) => {
    const { redact } = createRedactor()

    expect(redact(text)).toBe(text)
  })

  test('keeps values that are too short to be secrets', () => {
    const { redact } = createRedactor(['test', ''])

    expect(redact('this is a test')).toBe('this is a test')
  })

  test('bears a run of many megabytes', () => {
    const { redact } = createRedactor([SECRET])

    for (const head of ['sk-1', `${PEM_HEADER}\n`]) {
      expect(redact(`${head}${'M'.repeat(17_000_000)} ${SECRET}`).endsWith('M [redacted]')).toBe(true)
    }
  })

  test('takes time in proportion to its length, whatever it is made of', () => {
    const { redact } = createRedactor([SECRET])
    const parts = ['sk-', 'eyJ-', `${PEM_HEADER}\n`, '://a:', 'Bearer ', 'AKIA', '-----BEGIN ', '\\', ' \n']
    const heads = ['', '://a:', 'sk-', `${PEM_HEADER}\n`, 'Bearer ']

    for (const part of parts) redact(part.repeat(100_000))
    for (const head of heads) for (const part of ['a', ':', '1', 'a\n']) redact(head + part.repeat(1_000_000))
  })
})

describe('a text in pieces', () => {
  const values = [SECRET, 'abcdefgh', 'efghabcdijkl', 'aaaaaaaab']

  test('gives away at once what cannot be part of a secret', () => {
    const stream = createRedactor(['swordfish']).stream()

    expect(stream.push('The word is not')).toBe('The word is not')
    expect(stream.push(' sword')).toBe(' ')
    expect(stream.push('play.')).toBe('swordplay.')
    expect(stream.end()).toBe('')
  })

  test('gives the rest at its end', () => {
    const stream = createRedactor(['swordfish']).stream()

    expect(stream.push('a sword') + stream.end()).toBe('a sword')
  })

  test('never shows a part of a secret, however it is cut', () => {
    for (const secret of [...values, OPENAI_LIKE, JWT, PEM]) {
      const text = `before "${secret}" after`
      for (let cut = 0; cut <= text.length; cut++) {
        expect(streamed(values, text, [cut])).toBe('before "[redacted]" after')
      }
    }
  })

  test('shows a secret that ends where another one might begin as one redaction', () => {
    expect(streamed(['abcdefgh', 'efghabcdijkl'], 'abcdefghabcd', [8])).toBe('[redacted]abcd')
  })

  test('lets go of what is too long to be a key', () => {
    const stream = createRedactor().stream()

    const shown = stream.push(`eyJ${'a'.repeat(100_000)}`)

    expect(shown.length).toBeGreaterThan(90_000)
  })

  test('gives, joined, what the whole text gives', () => {
    const fragments = [
      ...values,
      OPENAI_LIKE,
      JWT,
      PEM,
      'Bearer abcdef0123456789',
      '://me:word42@',
      '://me:1.25.3@sha256:abc',
      `${PEM_HEADER}\nProc-Type: 4,ENCRYPTED\n`,
      'https://a:8080&b@c',
      'MIIEowIBAAKCAQEA0Z',
      ['.sk', 'a-1-2-3-folding-cubes'].join('-'),
      'abcd',
      'aaaa',
      'efgh',
    ]
    const fragment = fc.oneof(
      fc.constantFrom(...fragments),
      // Beginnings and ends of secrets are what a stream could be misled by.
      fc
        .tuple(fc.constantFrom(...fragments), fc.nat(30), fc.nat(30))
        .map(([text, a, b]) => text.slice(a, a + b)),
      fc.constantFrom('-', ':', '/', ' ', '\n', 'B', 's', 'e', '"', 'x1', '@'),
      fc.string(),
    )
    const text = fc.array(fragment, { maxLength: 8 }).map((parts) => parts.join(''))
    const { redact } = createRedactor(values)

    fc.assert(
      fc.property(text, fc.array(fc.nat(200), { maxLength: 12 }), (whole, cuts) => {
        expect(streamed(values, whole, cuts)).toBe(redact(whole))
      }),
      { numRuns: 3000 },
    )
  })
})
