/** What stands before the first prompt of a thread. */

import path from 'node:path'
import { baseInstructions, findAgentsMd, initialContext } from '../context/index.ts'
import { existsOnHost, readHostText } from '../platform/host-files.ts'
import { shellCommand } from '../platform/shell.ts'
import type { Workspace } from '../platform/workspace.ts'
import type { ResponseItem } from '../protocol/response-item.ts'
import type { Doors } from './doors.ts'
import type { TurnPlan } from './turn-plan.ts'
import type { ScriptCarrier } from './turn-scope.ts'

/** The developer's part, the instructions of AGENTS.md files, and the environment; recorded once, with the first turn. */
export async function openingItems(
  plan: TurnPlan,
  { root, writableRoots, sandboxMode }: Workspace,
  { clock, home, environment }: Pick<Doors, 'clock' | 'home' | 'environment'>,
): Promise<ResponseItem[]> {
  const agentsMd = await findAgentsMd({
    files: { readText: readHostText, exists: existsOnHost },
    cwd: root,
    home,
  })
  const now = new Date(clock.now())
  return initialContext({
    developerInstructions: plan.developerTexts,
    agentsMd: agentsMd?.text ?? null,
    environment: {
      cwd: root,
      shell: path.basename(shellCommand('')[0], '.exe'),
      currentDate: localDate(now),
      // Asking Intl costs some 10 ms in a fresh process.
      timezone: environment.TZ || Intl.DateTimeFormat().resolvedOptions().timeZone,
      workspaceRoots: writableRoots,
      sandboxMode,
    },
  })
}

/** The same bytes in every request of the thread, as long as its tools and its tool mode stay. */
export function instructionsFor(plan: TurnPlan, carrier: ScriptCarrier | null): string {
  const base = baseInstructions(plan.toolMode)
  return carrier?.text === undefined ? base : `${base}\n\n${carrier.text.instructions}`
}

function localDate(date: Date): string {
  const two = (part: number) => String(part).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}
