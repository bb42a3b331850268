import type { HeaderGroup } from '../header-group.ts';

/** What the `Upstash-Workflow-*` headers of a publish say. */
export interface WorkflowHeaders {
  runId: string;
  /** `true` starts a run, `false` belongs to one. */
  init: boolean;
  /** Starts a run on behalf of another one, which waits for its result. */
  invoke: boolean;
  /** The request of `context.call`: its answer goes back to the run as a callback. */
  isCall: boolean;
  /** The SDK's own trigger of a run that was started over REST. */
  triggeredBySdk: boolean;
  detectsTrigger: boolean;
}

/** Reads the workflow headers of a message; `undefined` for a plain one. */
export function readWorkflowHeaders(group: HeaderGroup): WorkflowHeaders | undefined {
  const runId = group.get('workflow-runid');
  const init = group.get('workflow-init');
  if (runId === undefined || runId === '' || init === undefined) return undefined;
  return {
    runId,
    init: init === 'true',
    invoke: group.get('workflow-invoke') === 'true',
    isCall: group.get('workflow-calltype') === 'toCallback',
    triggeredBySdk: group.get('workflow-trigger-by-sdk') === 'true',
    detectsTrigger: group.get('feature-set')?.includes('WF_DetectTrigger') ?? false,
  };
}
