/** Branded names, so that a turn's id is never passed where a thread's is meant. */

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

export type ThreadId = Branded<'ThreadId'>
export type TurnId = Branded<'TurnId'>
/** Names a stored document; what a script or a model passes to read it again. */
export type FileKey = Branded<'FileKey'>
