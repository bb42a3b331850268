/** Floor 5: from a plan to Upstash's steps: the verbs that `workflows/` is written with. */
export { acceptEvents } from './accept.ts';
export { databaseOf, mailerOf } from './connections.ts';
export { type DrainContext, drainOutbox } from './drain.ts';
export type { Run } from './run.ts';
export { createServices, type Report, type ServiceOptions, type Services } from './services.ts';
export { defineWorkflow, serveWorkflow, type WorkflowDefinition, type WorkflowHost } from './workflow.ts';
