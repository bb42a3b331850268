/** Floor 5: what is done by hand, from the command line and the dashboard. */
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
export { sendTestEvent, type TestEvent, type TestProvider } from './test-events.ts';
