/** Results that are too large for a script: kept as documents, which the script knows by their fileKey. */

import type { CellReport, ScriptOutput } from '../../harness/index.ts'
import { ToolError } from '../../protocol/errors.ts'
import type { FileKey } from '../../protocol/ids.ts'
import type { ThreadDocuments } from '../../tools/tool.ts'

/** What stands in the place of a `data:` URL; `image()` takes it as it takes the other. */
const DOCUMENT_URL = 'document:'

/** A call went well, and gave more than a script takes; the whole is a document of the thread. */
export class ResultKeptError extends ToolError {
  override readonly name = 'ResultKeptError'
  override readonly code = 'result_kept'
  readonly fileKey: string

  constructor(path: string, bytes: number, bytesMax: number, fileKey: string) {
    super(
      `tools.${path} was done and gave ${bytes} bytes; a script takes at most ${bytesMax} from one call. The whole is kept as ` +
        `document ${fileKey}: read parts of it with tools.fc.get("${fileKey}", offset), where there is such a tool. Do not call again.`,
    )
    this.fileKey = fileKey
  }
}

/**
 * What the script gets in the place of `result`: a picture with another URL.
 *
 * @param json Its JSON. @throws {ResultKeptError} It is no picture.
 */
export async function keepLarge(
  result: unknown,
  json: string,
  { path, bytesMax, documents }: { path: string; bytesMax: number; documents: ThreadDocuments },
): Promise<unknown> {
  const picture = pictureOf(result)
  if (picture !== null) {
    const { fileKey } = await documents.put({ ...picture, name: 'picture' })
    return { ...(result as object), image_url: `${DOCUMENT_URL}${fileKey}` }
  }
  const isText = typeof result === 'string'
  const { fileKey, bytes } = await documents.put({
    content: isText ? result : json,
    name: `${path}.${isText ? 'txt' : 'json'}`,
    mediaType: isText ? 'text/plain' : 'application/json',
  })
  throw new ResultKeptError(path, bytes, bytesMax, fileKey)
}

/** As `view_image` gives it. */
function pictureOf(result: unknown): { content: Uint8Array; mediaType: string } | null {
  if (typeof result !== 'object' || result === null || !('image_url' in result)) return null
  const url = String(result.image_url)
  const mediaType = /^data:([^;,]*);base64,/.exec(url)?.[1]
  if (mediaType === undefined) return null
  return { content: Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'), mediaType }
}

/** The report with pictures in the place of their documents. */
export async function withPictures(report: CellReport, documents: ThreadDocuments): Promise<CellReport> {
  if (!report.output.some(isKept)) return report
  const output = await Promise.all(
    report.output.map((part) => (isKept(part) ? pictured(part, documents) : part)),
  )
  return { ...report, output }
}

type ImageOutput = Extract<ScriptOutput, { type: 'image' }>

function isKept(part: ScriptOutput): part is ImageOutput {
  return part.type === 'image' && part.imageUrl.startsWith(DOCUMENT_URL)
}

async function pictured(part: ImageOutput, documents: ThreadDocuments): Promise<ScriptOutput> {
  const fileKey = part.imageUrl.slice(DOCUMENT_URL.length) as FileKey
  try {
    const { mediaType } = await documents.info(fileKey)
    if (!mediaType.startsWith('image/')) return { type: 'text', text: `[document ${fileKey} is no picture]` }
    const bytes = await documents.read(fileKey)
    return { ...part, imageUrl: `data:${mediaType};base64,${Buffer.from(bytes).toString('base64')}` }
  } catch {
    return { type: 'text', text: `[there is no document ${fileKey}]` }
  }
}
