/** What a script finds as `context`. */

import { resolveLimits } from '../../harness/index.ts'
import type { EnvironmentPolicy } from '../../platform/environment.ts'
import { commandEnvironment } from '../../platform/environment.ts'
import type { JsonObject } from '../../protocol/json.ts'
import type { Runtime } from '../runtime.ts'
import type { TurnScope } from '../turn/turn-scope.ts'

/** Documents that a script is told of without asking. */
const DOCUMENTS_MAX = 50

/** JSON, and small: it is sent along with each script. */
export async function scriptContext(scope: TurnScope): Promise<JsonObject> {
  const documents = await scope.documents.list()
  return {
    cwd: scope.workingDirectory,
    threadId: scope.threadId,
    turnId: scope.turnId,
    model: scope.model.slug,
    sandboxMode: scope.sandboxMode,
    limits: { ...resolveLimits(scope.limits.script) },
    env: scope.scriptEnvironment,
    documents: documents
      .slice(0, DOCUMENTS_MAX)
      .map(({ fileKey, name, bytes, mediaType }) => ({ fileKey, name, bytes, mediaType })),
  }
}

/** The few harmless variables that commands get, and those that the host has named; never all there are. */
export function scriptEnvironment({
  doors,
  environmentPolicy,
}: Pick<Runtime, 'doors' | 'environmentPolicy'>): JsonObject {
  const { inherit } = environmentPolicy
  const policy: EnvironmentPolicy = { ...environmentPolicy, inherit: inherit === 'none' ? 'none' : 'core' }
  return commandEnvironment(doors.environment, policy)
}
