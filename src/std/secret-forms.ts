/** The spellings in which a secret may show up in a text. */

/** The secret as it is, in JSON, in a URL, and in base64, alone or inside a longer encoded text. */
export function literalForms(secret: string): string[] {
  return [...new Set(lineEndForms(secret).flatMap(spellings))]
}

function spellings(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1)
  const inUrl = [
    encodeURIComponent(secret.toWellFormed()),
    new URLSearchParams([['', secret]]).toString().slice(1),
  ]
  return [
    secret,
    json,
    json.replaceAll('/', '\\/'),
    ...inUrl,
    ...inUrl.map((percent) => percent.replace(/%../g, (code) => code.toLowerCase())),
    ...base64Forms(secret),
  ]
}

/** Line ends change on the way through files and terminals. */
function lineEndForms(secret: string): string[] {
  const lines = secret.split(/\r?\n/)
  return [secret, lines.join('\n'), lines.join('\r\n')]
}

/**
 * What every base64 text holds that encodes something with the secret in it.
 *
 * Base64 turns three bytes into four characters, so the secret looks different at each of the three places in a group
 * where it can begin. Characters that also depend on its neighbours are left out.
 */
function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const whole = bytes.toString('base64')
  const inside = [0, 1, 2].map((offset) => {
    const characters = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
    const first = Math.ceil((offset * 8) / 6)
    const end = Math.floor(((offset + bytes.length) * 8) / 6)
    return characters.slice(first, end)
  })
  return [whole, whole.replace(/=+$/, ''), ...inside].flatMap((form) => [
    form,
    form.replaceAll('+', '-').replaceAll('/', '_'),
  ])
}
