/** Text as the source of a regular expression that matches just it: `RegExp.escape` of newer engines than ours. */
export function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
