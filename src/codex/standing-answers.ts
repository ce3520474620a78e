/** Questions of a turn that was cut off, as its calls meet them again. */

import { isDeepStrictEqual } from 'node:util'
import type { ApprovalRequest } from '../protocol/approval.ts'
import type { OpenQuestion, OpenTurn } from './turn/open-turn.ts'

export class StandingAnswers {
  readonly #left: OpenQuestion[]

  constructor(open: OpenTurn | null) {
    this.#left = [...(open?.questions ?? [])]
  }

  /** The question that this one was before, with its answer if it has one; each is given out once. */
  take(request: ApprovalRequest): OpenQuestion | undefined {
    const same = this.#left.filter((question) => isSame(question.request, request))
    const found = same.find((question) => question.request.callId === request.callId) ?? same[0]
    if (found !== undefined) this.#left.splice(this.#left.indexOf(found), 1)
    return found
  }
}

/** An answer holds for exactly what was asked, down to the input, the folder and the mode. */
function isSame(before: ApprovalRequest, now: ApprovalRequest): boolean {
  return (
    before.tool === now.tool &&
    before.workingDirectory === now.workingDirectory &&
    before.sandboxMode === now.sandboxMode &&
    (before.unconfined ?? false) === (now.unconfined ?? false) &&
    isDeepStrictEqual(before.input, now.input)
  )
}
