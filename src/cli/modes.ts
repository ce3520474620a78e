/** Words that several commands take as options. */

export const SANDBOX_MODES = ['read-only', 'workspace-write', 'danger-full-access'] as const
