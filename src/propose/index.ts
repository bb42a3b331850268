/** Floor 4: from what was found in a repository to the loop that fits it, and the files that begin it. Pure. */
export { assistantPrompt, cursorRule, mergeSection } from './prompt.ts';
export { type Answers, type Proposal, type ProposedFile, propose, type Question } from './propose.ts';
