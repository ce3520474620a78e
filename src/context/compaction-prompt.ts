/** What a model is told to summarise a conversation, and to go on from the summary. */

/** The request for the summary: the last message of a request without tools. */
export const COMPACTION_PROMPT = `The conversation is about to be cut, and whoever goes on with the work will see only
what the user said and the text that you write now. Do not go on with the work and do not call tools. Write that text, for
a colleague who knows nothing of it:

1. What was asked, with every condition that still holds.
2. What was done: files that were changed, with the point of each change; commands that were run, with their outcome.
3. What was found out: names, paths, figures, causes, and how it is known.
4. What was decided and why, and what was turned down.
5. What is left, in order, with the next step first. What fails at the moment, word for word.

Be exact where a name, a path, a number or a message matters, and short everywhere else. Leave out courtesies and what is
no longer true.`

/** Stands in front of the summary. */
export const SUMMARY_INTRODUCTION =
  'The conversation up to here was cut. The summary below was written by the model that had read all of it; go on from ' +
  'there, look things up again where it is not exact enough, and do not do again what is done.'
