/** How a command is spelled in events; the expected spellings were recorded from Codex 0.169.0. */

import { expect, test } from 'vitest'
import { quoteCommand } from '../../src/platform/index.ts'

test.each([
  ['true', 'true'],
  ['', "''"],
  [' ', "' '"],
  ['a]b', 'a]b'],
  ['a[b', "'a[b'"],
  ['a+b:c@d', 'a+b:c@d'],
  ['a-b_c/d.e,f:g@h+i=j%k', "'a-b_c/d.e,f:g@h+i=j%k'"],
  ["echo 'a b'", `"echo 'a b'"`],
  ['echo "x"', `'echo "x"'`],
  [`echo "a'b"`, `"echo \\"a'b\\""`],
  ['a\nb', "'a\nb'"],
  ['a\tb', "'a\tb'"],
  ['echo $HOME', "'echo $HOME'"],
  ['ünïcode', "'ünïcode'"],
  ['printf "a\\r\\nb\\r\\n"', '"printf \\"a\\\\r\\\\nb\\\\r\\\\n\\""'],
  [`'"`, `"'\\""`],
  ['a\'b"c$d`e\\f!g', '"a\'b\\"c"\'$d`e\'"\\\\f"\'!g\''],
  ["a'!b", `"a'"'!b'`],
  ['x=^y', "'x=''^y'"],
  ["a^'b", `a'^'"'b"`],
  ['^a', "'^a'"],
  ["'\\", `"'\\\\"`],
  ['#c', "'#c'"],
])('%j', (word, expected) => {
  expect(quoteCommand([word])).toBe(expected)
})

test('words stand one space apart', () => {
  expect(quoteCommand(['git', 'commit', '-m', 'two words'])).toBe("git commit -m 'two words'")
})
