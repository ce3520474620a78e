/** Which commands are taken for a patch; unless it says so, each case was recorded from Codex 0.169.0. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are a shell's.

import path from 'node:path'
import { describe, expect, test } from 'vitest'
// Not from the pack's door: the exec tools alone call it.
import { interceptApplyPatch } from '../../../src/packs/core-codex/intercept-apply-patch.ts'

const PATCH = '*** Begin Patch\n*** Add File: made.txt\n+hi\n*** End Patch'
const WORKDIR = path.resolve('/work dir')

/** `head`, then a here-document with the patch, then `tail`. */
const heredoc = (head: string, body = PATCH, tail = '', delimiter = 'EOF') =>
  `${head}\n${body}\n${delimiter}${tail}`

describe('a patch in a here-document alone is caught', () => {
  test.each<[string, string]>([
    ['quoted', heredoc("apply_patch <<'EOF'")],
    ['unquoted', heredoc('apply_patch <<EOF')],
    ['in double quotes', heredoc('apply_patch <<"EOF"')],
    ['escaped', heredoc('apply_patch <<\\EOF')],
    ['another delimiter', heredoc("apply_patch <<'PATCH'", PATCH, '', 'PATCH')],
    ['a delimiter with a hyphen', heredoc("apply_patch <<'END-1'", PATCH, '', 'END-1')],
    ['a delimiter with a space', heredoc("apply_patch <<'END OF'", PATCH, '', 'END OF')],
    ['a space before the delimiter', heredoc("apply_patch << 'EOF'")],
    ['a hyphen before the delimiter', heredoc("apply_patch <<-'EOF'")],
    ['a line end at the end', heredoc("apply_patch <<'EOF'", PATCH, '\n')],
    ['blank lines around', `\n\n${heredoc("apply_patch <<'EOF'", PATCH, '\n\n\n')}`],
    ['blanks before', `  ${heredoc("apply_patch <<'EOF'")}`],
    ['applypatch', heredoc("applypatch <<'EOF'")],
    ['an assignment before', heredoc("A=1 apply_patch <<'EOF'")],
  ])('%s', async (_, command) => {
    expect(await interceptApplyPatch(command, WORKDIR)).toEqual({
      kind: 'patch',
      patch: PATCH,
      workdir: WORKDIR,
    })
  })

  test('with CRLF', async () => {
    const command = heredoc("apply_patch <<'EOF'").replaceAll('\n', '\r\n')

    expect(await interceptApplyPatch(command, WORKDIR)).toMatchObject({ kind: 'patch', workdir: WORKDIR })
  })

  test.each([
    ['quoted', "'EOF'"],
    ['unquoted', 'EOF'],
  ])('%s, as it stands: nothing in it is expanded', async (_, delimiter) => {
    const patch = '*** Begin Patch\n*** Add File: a\n+$HOME ${x} `pwd` $(pwd) \\$ \\\\ b\n*** End Patch'

    expect(await interceptApplyPatch(heredoc(`apply_patch <<${delimiter}`, patch), WORKDIR)).toMatchObject({
      patch,
    })
  })

  test.each([
    ['blank lines in it', `\n\n${PATCH}\n`],
    ['blanks around its markers', PATCH.replaceAll(/(\*\*\* (?:Begin|End) Patch)/g, '  $1  ')],
  ])('with %s', async (_, body) => {
    expect(await interceptApplyPatch(heredoc("apply_patch <<'EOF'", body), WORKDIR)).toMatchObject({
      kind: 'patch',
    })
  })
})

describe('after one cd it is caught for that folder', () => {
  test.each<[string, string]>([
    ["cd dir && apply_patch <<'EOF'", 'dir'],
    ['cd dir && apply_patch <<EOF', 'dir'],
    ["cd dir && applypatch <<'EOF'", 'dir'],
    ["cd dir &&\napply_patch <<'EOF'", 'dir'],
    ["cd dir && \\\napply_patch <<'EOF'", 'dir'],
    ["cd\tdir\t&&\tapply_patch\t<<'EOF'", 'dir'],
    ['cd "a b" && apply_patch <<\'EOF\'', 'a b'],
    ["cd 'a b' && apply_patch <<'EOF'", 'a b'],
    ["cd 'dïr' && apply_patch <<'EOF'", 'dïr'],
    ["cd dir/.. && apply_patch <<'EOF'", '.'],
    ["cd '' && apply_patch <<'EOF'", '.'],
  ])('%j', async (head, folder) => {
    expect(await interceptApplyPatch(heredoc(head), WORKDIR)).toEqual({
      kind: 'patch',
      patch: PATCH,
      workdir: path.join(WORKDIR, folder),
    })
  })

  test('an absolute folder is taken as it is', async () => {
    const folder = path.resolve('/elsewhere')

    expect(
      await interceptApplyPatch(heredoc(`cd '${folder}' && apply_patch <<'EOF'`), WORKDIR),
    ).toMatchObject({
      workdir: folder,
    })
  })

  // Codex keeps the backslashes, and makes a folder of that name.
  test.each([
    ["cd a\\ b && apply_patch <<'EOF'", 'a b'],
    ['cd "a\\"b" && apply_patch <<\'EOF\'', 'a"b'],
  ])('unlike in Codex, escapes are taken as a shell takes them: %j', async (head, folder) => {
    expect(await interceptApplyPatch(heredoc(head), WORKDIR)).toMatchObject({
      workdir: path.join(WORKDIR, folder),
    })
  })

  // Codex takes these literally, a variable in quotes as nothing, and patches the wrong folder.
  test.each(['~', '~/x', '-', 'di*', '"dir$NOPE"', '"d${NOPE}ir"'])(
    'unlike in Codex, a folder that a shell would expand is refused: %s',
    async (folder) => {
      const head = `cd ${folder} && apply_patch <<'EOF'`

      expect(await interceptApplyPatch(heredoc(head), WORKDIR)).toMatchObject({
        kind: 'problem',
        message: expect.stringMatching(
          /^apply_patch verification failed: the folder after cd must be written out/,
        ),
      })
    },
  )
})

describe('anything else is an ordinary command', () => {
  test.each<[string, string]>([
    ['capitals', heredoc("APPLY_PATCH <<'EOF'")],
    ['a path', heredoc("/usr/bin/apply_patch <<'EOF'")],
    ['a quoted program', heredoc("'apply_patch' <<'EOF'")],
    ['a program in double quotes', heredoc('"apply_patch" <<\'EOF\'')],
    ['an escaped program', heredoc("apply\\_patch <<'EOF'")],
    ['cd to a word in parts', heredoc("cd di'r' && apply_patch <<'EOF'")],
    ['cd to a word that starts quoted', heredoc('cd "di"r && apply_patch <<\'EOF\'')],
    ['cd to a variable', heredoc("cd $NOPE && apply_patch <<'EOF'")],
    ['cd to a substitution', heredoc('cd "$(echo dir)" && apply_patch <<\'EOF\'')],
    ['cd to an escape of C', heredoc("cd $'dir' && apply_patch <<'EOF'")],
    ['cd to nowhere', heredoc("cd && apply_patch <<'EOF'")],
    ['cd to nothing in double quotes', heredoc('cd "" && apply_patch <<\'EOF\'')],
    ['cd to a number', heredoc("cd 123 && apply_patch <<'EOF'")],
    ['cd with a flag', heredoc("cd -P dir && apply_patch <<'EOF'")],
    ['cd with two hyphens', heredoc("cd -- dir && apply_patch <<'EOF'")],
    ['cd to two folders', heredoc("cd dir dir2 && apply_patch <<'EOF'")],
    ['two cds', heredoc("cd dir && cd .. && apply_patch <<'EOF'")],
    ['cd and a semicolon', heredoc("cd dir; apply_patch <<'EOF'")],
    ['cd and a line end', heredoc("cd dir\napply_patch <<'EOF'")],
    ['cd and ||', heredoc("cd dir || apply_patch <<'EOF'")],
    ['cd and a pipe', heredoc("cd dir | apply_patch <<'EOF'")],
    ['cd with the here-document', heredoc("cd dir <<'EOF' && apply_patch")],
    ['echo before', heredoc("echo a && apply_patch <<'EOF'")],
    ['echo after cd', heredoc("cd dir && apply_patch <<'EOF' && echo b")],
    ['echo on the line after', heredoc("apply_patch <<'EOF'", PATCH, '\necho b')],
    ['echo after &&', heredoc("apply_patch <<'EOF' && echo b")],
    ['a pipe', heredoc("apply_patch <<'EOF' | cat")],
    ['a semicolon', heredoc("apply_patch <<'EOF';")],
    ['a semicolon on the line after', heredoc("cd dir && apply_patch <<'EOF'", PATCH, '\n;')],
    ['the background', heredoc("apply_patch <<'EOF' &")],
    ['a redirection after', heredoc("apply_patch <<'EOF' 2>&1")],
    ['a redirection before', heredoc("apply_patch 2>&1 <<'EOF'")],
    ['a redirection to a file', heredoc("apply_patch <<'EOF' > log")],
    ['a numbered stream', heredoc("apply_patch 0<<'EOF'")],
    ['an argument before', heredoc("apply_patch foo <<'EOF'")],
    ['an argument after', heredoc("apply_patch <<'EOF' foo")],
    ['a subshell', heredoc("(apply_patch <<'EOF'", PATCH, '\n)')],
    ['a group', heredoc("{ apply_patch <<'EOF'", PATCH, '\n}')],
    ['a negation', heredoc("! apply_patch <<'EOF'")],
    ['time', heredoc("time apply_patch <<'EOF'")],
    ['sudo', heredoc("sudo apply_patch <<'EOF'")],
    ['a comment before', heredoc("# c\napply_patch <<'EOF'")],
    ['a comment behind', heredoc("apply_patch <<'EOF' # c")],
    ['a comment after', heredoc("apply_patch <<'EOF'", PATCH, '\n# c')],
    ['a here-string', `apply_patch <<< '${PATCH}'`],
    ['a quoted argument', `apply_patch '${PATCH}'`],
    ['an argument in double quotes', `apply_patch "${PATCH}"`],
    ['two here-documents', `apply_patch <<'EOF' <<'E2'\na\nEOF\n${PATCH}\nE2`],
    ['a here-document without end', `apply_patch <<'EOF'\n${PATCH}`],
    ['a wrong end', heredoc("apply_patch <<'EOF'", PATCH, 'X')],
    ['a delimiter that is half quoted', heredoc("apply_patch <<E'OF'")],
    ['a shell in the shell', `bash -lc "${heredoc("apply_patch <<'EOF'")}"`],
    ['another program', heredoc("cat <<'EOF'")],
    ['no patch at all', 'echo apply_patch'],
  ])('%s', async (_, command) => {
    expect(await interceptApplyPatch(command, WORKDIR)).toEqual({ kind: 'none' })
  })
})

describe('what was meant as a patch and is none is answered, not run', () => {
  const UNCALLED = 'patch detected without explicit call to apply_patch. Rerun as ["apply_patch", "<patch>"]'
  const FIRST_LINE = "invalid patch: The first line of the patch must be '*** Begin Patch'"

  test.each<[string, string, string]>([
    ['a patch as the command', PATCH, UNCALLED],
    ['the same with blanks around', `\n  ${PATCH}\n\n`, UNCALLED],
    ['a here-document for nobody', heredoc("<<'EOF'"), UNCALLED],
    ['another text', heredoc("apply_patch <<'EOF'", 'hello'), FIRST_LINE],
    ['an expansion first', heredoc('apply_patch <<EOF', `$X\n${PATCH}`), FIRST_LINE],
    [
      'a here-document in the here-document',
      heredoc("apply_patch <<'EOF'", `<<'X'\n${PATCH}\nX`),
      FIRST_LINE,
    ],
    [
      'nothing',
      "apply_patch <<'EOF'\nEOF",
      "invalid patch: The last line of the patch must be '*** End Patch'",
    ],
  ])('%s', async (_, command, reason) => {
    expect(await interceptApplyPatch(command, WORKDIR)).toEqual({
      kind: 'problem',
      message: `apply_patch verification failed: ${reason}`,
    })
  })

  test.each([
    ['an unknown section', '*** Begin Patch\n*** Frob: x\n*** End Patch', 2],
    ['indented lines', PATCH.replaceAll(/^/gm, '\t'), 3],
  ])('%s', async (_, body, line) => {
    expect(await interceptApplyPatch(heredoc("apply_patch <<-'EOF'", body), WORKDIR)).toMatchObject({
      kind: 'problem',
      message: expect.stringMatching(
        new RegExp(`^apply_patch verification failed: invalid hunk at line ${line}, `),
      ),
    })
  })

  test('an empty patch is left to the tool, which refuses it', async () => {
    const command = heredoc("apply_patch <<'EOF'", '*** Begin Patch\n*** End Patch')

    expect(await interceptApplyPatch(command, WORKDIR)).toMatchObject({ kind: 'patch' })
  })
})

// By upstream's rules; its own tools no longer take an array, so these could not be recorded.
describe('a program with its arguments', () => {
  const SCRIPT = heredoc("cd dir && apply_patch <<'EOF'")

  test.each<[string, string[]]>([
    ['bash -lc', ['bash', '-lc', SCRIPT]],
    ['/bin/zsh -c', ['/bin/zsh', '-c', SCRIPT]],
    ['sh.exe', ['C:\\Git\\bin\\sh.EXE', '-c', SCRIPT]],
    ['pwsh', ['pwsh', '-NoProfile', '-Command', SCRIPT]],
    ['powershell', ['powershell.exe', '-Command', SCRIPT]],
    ['cmd', ['cmd', '/c', SCRIPT]],
  ])('is looked into when it is a shell: %s', async (_, command) => {
    expect(await interceptApplyPatch(command, WORKDIR)).toEqual({
      kind: 'patch',
      patch: PATCH,
      workdir: path.join(WORKDIR, 'dir'),
    })
  })

  test.each(['apply_patch', 'applypatch'])('is a patch when it is %s with one', async (program) => {
    expect(await interceptApplyPatch([program, PATCH], WORKDIR)).toEqual({
      kind: 'patch',
      patch: PATCH,
      workdir: WORKDIR,
    })
  })

  test.each<[string, string[]]>([
    ['a patch alone', [PATCH]],
    ['a patch as a script', ['bash', '-lc', PATCH]],
    ['apply_patch with another text', ['apply_patch', 'hello']],
  ])('is refused when it is %s', async (_, command) => {
    expect(await interceptApplyPatch(command, WORKDIR)).toMatchObject({ kind: 'problem' })
  })

  test.each<[string[]]>([
    [['bash', '-x', SCRIPT]],
    [['bash', '-l', '-c', SCRIPT]],
    [['bash', '-lc', SCRIPT, 'more']],
    [['python', '-c', SCRIPT]],
    [['apply_patch']],
    [['apply_patch', PATCH, 'more']],
    [['ls']],
    [[]],
  ])('is an ordinary command otherwise: %j', async (command) => {
    expect(await interceptApplyPatch(command, WORKDIR)).toEqual({ kind: 'none' })
  })
})
