/** The tool reference, made from the definitions. */

import { effectsOf } from './approval.ts'
import { declaration, declarations } from './declarations.ts'
import type { RegisteredTool, ToolSet } from './tool-set.ts'

/** A page for people: every tool with its signature in scripts, its direct name and its effects. */
export function referenceMarkdown(set: ToolSet): string {
  const lines = ['# Tools', '', 'Made from the definitions by `codex-ts tools --format md`. Do not edit.', '']
  for (const pack of set.packs) {
    const tools = set.tools.filter((entry) => entry.pack === pack)
    if (tools.length === 0) continue
    lines.push(`## ${pack.slug}`, '')
    if (pack.instructions !== undefined) lines.push(pack.instructions.trim(), '')
    for (const entry of tools) lines.push(...toolSection(entry))
  }
  return `${lines.join('\n').trimEnd()}\n`
}

function toolSection(entry: RegisteredTool): string[] {
  const { tool } = entry
  const inScript = tool.callable === 'direct' ? 'not in scripts' : `\`tools.${entry.scriptPath}\``
  const direct = tool.callable === 'script' ? 'not as a direct call' : `\`${entry.directName}\``
  const also = entry.aliases.filter((alias) => alias !== entry.directName)
  return [
    `### ${entry.scriptPath}`,
    '',
    '```ts',
    declaration(entry),
    '```',
    '',
    `- In a script: ${inScript}${also.length === 0 ? '' : ` (also ${also.map((alias) => `\`tools.${alias}\``).join(', ')})`}`,
    `- Direct call: ${direct}${tool.freeform === undefined ? '' : ', as free text where the model takes it'}`,
    `- Effects: ${effectsOf(entry).join(', ') || 'none'}`,
    `- Runs beside other calls: ${tool.parallel === true ? 'yes' : 'no'}`,
    '',
  ]
}

/** The same for programs. */
export function referenceJson(set: ToolSet): string {
  const tools = set.tools.map((entry) => ({
    pack: entry.pack.slug,
    name: entry.directName,
    scriptPath: entry.scriptPath,
    aliases: entry.aliases,
    description: entry.tool.description,
    callable: entry.tool.callable ?? 'everywhere',
    effects: effectsOf(entry),
    parallel: entry.tool.parallel ?? false,
    positional: entry.tool.positional ?? [],
    input: entry.inputSchema,
    output: entry.outputSchema ?? null,
  }))
  return `${JSON.stringify(tools, null, 2)}\n`
}

/** The declarations that a script's author reads. */
export function referenceDeclarations(set: ToolSet): string {
  return `${declarations(set.scriptTools)}\n`
}
