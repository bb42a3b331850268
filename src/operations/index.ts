/** Floor 5: what is done by hand, from the command line and the dashboard. */

export { type DeployEffect, effectsOfDeploy, type Fate, type Group } from './in-flight.ts';
export { type Drift, findDrift, type ReconcileContext, repair } from './reconcile.ts';
export {
  cancelRun,
  createOperations,
  findRuns,
  type Operations,
  type RunFilter,
  type RunState,
  resumeRun,
  showRun,
  stateOf,
} from './runs.ts';
export { type SignedWebhook, type Signing, signStripe, signSvix, withBearer } from './sign-webhook.ts';
export { eraseSubject, exportSubject } from './subjects.ts';
export { sendTestEvent, sendTestPayload, type TestEvent, testPayload } from './test-events.ts';
export { type TestProvider, USUAL_EVENTS } from './usual-events.ts';
