/** view_image: what the model is shown, and what the host. */

import { mkdir, symlink, truncate, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { viewImage } from '../../../src/packs/core-codex/index.ts'
import { ScriptRunner } from '../../../src/script.ts'
import { calls, says } from '../../../src/testing/index.ts'
import { bench } from '../../support/codex.ts'
import { PICTURES } from '../../support/pictures.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { toolCalls } from '../../support/tool-calls.ts'

const dataUrl = (mediaType: keyof typeof PICTURES) =>
  `data:${mediaType};base64,${PICTURES[mediaType].toString('base64')}`

test.each(Object.keys(PICTURES) as (keyof typeof PICTURES)[])(
  'a picture is %s by its bytes, whatever its name says',
  async (mediaType) => {
    await using tools = await toolCalls([viewImage])
    await writeFile(`${tools.workspace.root}/picture.txt`, PICTURES[mediaType])

    const answer = await tools.answer('view_image', { path: 'picture.txt' })
    const full = await tools.call('view_image', { path: 'picture.txt', detail: 'original' })

    expect(answer).toEqual([{ type: 'input_image', image_url: dataUrl(mediaType), detail: 'high' }])
    expect(full).toEqual({ ok: true, output: { image_url: dataUrl(mediaType), detail: 'original' } })
  },
)

test('a host is shown which picture it is, and none of its bytes', async () => {
  await using tools = await toolCalls([viewImage])
  await writeFile(`${tools.workspace.root}/a.png`, PICTURES['image/png'])

  await tools.call('view_image', { path: 'a.png' })

  const asked = { type: 'tool_call', tool: 'view_image', arguments: { path: 'a.png', detail: 'high' } }
  expect(tools.shown).toMatchObject([
    { state: 'started', item: { ...asked, status: 'in_progress' } },
    {
      state: 'completed',
      item: {
        ...asked,
        status: 'completed',
        result: { mediaType: 'image/png', bytes: PICTURES['image/png'].length },
      },
    },
  ])
  expect(JSON.stringify(tools.shown)).not.toContain('base64')
})

test.each([
  ['nowhere.png', 'unable to locate image at `ROOT/nowhere.png`: No such file or directory (os error 2)'],
  ['text.png/x', 'unable to locate image at `ROOT/text.png/x`: No such file or directory (os error 2)'],
  ['folder', 'image path `ROOT/folder` is not a file'],
  ['text.png', 'unable to process image: invalid or unsupported image data'],
  ['cut.png', 'unable to process image: invalid or unsupported image data'],
  ['flat.gif', 'unable to process image: invalid or unsupported image data'],
  [
    'large.png',
    'unable to process image: ROOT/large.png has 20971521 bytes, and no more than 20971520 can be shown',
  ],
])('%s is refused in words', async (path, words) => {
  await using tools = await toolCalls([viewImage], { files: { 'text.png': 'no picture', 'large.png': '' } })
  const { root } = tools.workspace
  await mkdir(`${root}/folder`)
  await writeFile(`${root}/cut.png`, PICTURES['image/png'].subarray(0, 18))
  await writeFile(`${root}/flat.gif`, Buffer.from('GIF89a\0\0\x03\0', 'latin1'))
  await truncate(`${root}/large.png`, 20 * 1024 * 1024 + 1)

  const answer = await tools.answer('view_image', { path })

  expect(answer).toContain(words.replaceAll('ROOT', root))
  expect(tools.shown.at(-1)?.item).toMatchObject({ status: 'failed', error: { message: answer } })
})

test('a picture outside of what may be read is refused, also by way of a link', async () => {
  await using elsewhere = await tempFolder()
  await writeFile(`${elsewhere.path}/a.png`, PICTURES['image/png'])
  await using tools = await toolCalls([viewImage], { sandboxMode: 'read-only' })
  await symlink(`${elsewhere.path}/a.png`, `${tools.workspace.root}/link.png`)

  for (const path of [`${elsewhere.path}/a.png`, 'link.png']) {
    expect(await tools.call('view_image', { path })).toMatchObject({
      ok: false,
      error: { code: 'path_denied' },
    })
  }
})

test('a script shows a picture with image()', async () => {
  await using folder = await tempFolder()
  await writeFile(`${folder.path}/a.png`, PICTURES['image/png'])
  await using runner = new ScriptRunner({ packs: ['core-codex'], workingDirectory: folder.path })

  const result = await runner.run("image(await tools.viewImage('a.png', 'original'))")

  expect(result).toMatchObject({
    ok: true,
    output: [{ type: 'image', imageUrl: dataUrl('image/png'), detail: 'original' }],
  })
})

test.each(['responses', 'chat'] as const)(
  'a model behind the wire API %s sees the picture',
  async (wireApi) => {
    await using at = await bench([calls('view_image', { path: 'a.png' }), says('A square.')], {
      provider: { wireApi },
    })
    await writeFile(`${at.folder.path}/a.png`, PICTURES['image/png'])
    const thread = at.codex.startThread({ workingDirectory: at.folder.path, toolMode: 'direct' })

    const turn = await thread.run('What is in a.png?')

    const url = dataUrl('image/png')
    const inResponses = { output: [{ type: 'input_image', image_url: url, detail: 'high' }] }
    const inChat = { role: 'user', content: [{}, { type: 'image_url', image_url: { url, detail: 'high' } }] }
    const body = at.provider.requests[1]?.body as { input?: unknown[]; messages?: unknown[] }
    expect(turn.finalResponse).toBe('A square.')
    expect(body.input ?? body.messages).toContainEqual(
      expect.objectContaining(
        wireApi === 'responses' ? inResponses : { role: 'user', content: expect.any(Array) },
      ),
    )
    if (wireApi === 'chat')
      expect(body.messages?.at(-2)).toMatchObject({ role: 'tool', content: expect.any(String) })
    if (wireApi === 'chat') expect(body.messages?.at(-1)).toMatchObject(inChat)
  },
)
