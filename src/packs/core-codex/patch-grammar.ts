/** The patch format as a Lark grammar, for providers that bind a model's free text to one. */

const RULES = [
  'start: begin hunk+ end',
  'begin: "*** Begin Patch" LF',
  'end: "*** End Patch" LF?',
  'hunk: add | delete | update',
  'add: "*** Add File: " name LF added+',
  'delete: "*** Delete File: " name LF',
  'update: "*** Update File: " name LF move? change?',
  'move: "*** Move to: " name LF',
  'change: (context | line)+ eof?',
  'context: ("@@" | "@@ " /(.+)/) LF',
  'line: ("+" | "-" | " ") /(.*)/ LF',
  'added: "+" /(.*)/ LF',
  'eof: "*** End of File" LF',
  'name: /(.+)/',
  '%import common.LF',
]

export const PATCH_GRAMMAR = `${RULES.join('\n')}\n`
