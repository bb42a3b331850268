/** Where `skene prompt` writes for an assistant, from the root of the repository. */
export const ASSISTANT_FILES = { cursor: '.cursor/rules/skene.mdc', agents: 'AGENTS.md' } as const;
