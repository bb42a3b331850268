import type { WorkflowContext } from '@upstash/workflow';
import type { ActionResult, performAction } from '../actions/index.ts';
import type { Database } from '../databases/index.ts';
import type { Services } from '../intake/index.ts';
import type { Plan, PlanAction } from '../plan/index.ts';
import type { RunPayload } from '../runs/index.ts';

/** What a run needs from around it. */
export interface RunContext {
  context: Pick<
    WorkflowContext<RunPayload>,
    | 'run'
    | 'sleep'
    | 'sleepUntil'
    | 'waitForEvent'
    | 'workflowRunId'
    | 'workflowRunCreatedAt'
    | 'requestPayload'
  >;
  services: Services;
  database: () => Promise<Database>;
  /** The loops as they are deployed now. To be looked at inside a step only: the next call may be answered by another deployment. */
  deployed: readonly Plan[];
  act: (action: PlanAction, site: Parameters<typeof performAction>[1]) => Promise<ActionResult>;
}
