/** Floor 6: from a plan to Upstash's steps: the verbs that `workflows/` is written with. */
export { type AudienceSource, createAudienceReader } from './audience-reader.ts';
export { candidatesOf } from './candidates.ts';
export type { PassRun } from './pass-run.ts';
export type { Run } from './run.ts';
export { defineWorkflow, serveWorkflow, type WorkflowDefinition, type WorkflowHost } from './workflow.ts';
