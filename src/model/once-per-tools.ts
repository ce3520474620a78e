/** Remembers what a list of tools comes to on the wire: from step to step of a turn it is the same list. */

import type { ToolSpec } from '../protocol/tool-spec.ts'

/** @param encode Pure; the result must not be changed. `setting` is told apart by identity. */
export function oncePerTools<Setting extends object, Wire>(
  encode: (tools: readonly ToolSpec[], setting: Setting) => Wire,
): (tools: readonly ToolSpec[], setting: Setting) => Wire {
  const known = new WeakMap<readonly ToolSpec[], WeakMap<Setting, Wire>>()
  return (tools, setting) => {
    const bySetting = known.get(tools) ?? new WeakMap<Setting, Wire>()
    known.set(tools, bySetting)
    const wire = bySetting.get(setting) ?? encode(tools, setting)
    bySetting.set(setting, wire)
    return wire
  }
}
