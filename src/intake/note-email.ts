import { addressKey } from '../email/address.ts';
import { hasGoal, keyOfVariant, trialSiteOf } from '../outcomes/index.ts';
import { AUDIENCE, type Deployment } from '../plan/index.ts';
import type { EmailReport } from '../sources/webhook.ts';
import type { RunRecord } from '../state/index.ts';
import type { Services } from './services.ts';

/** What noting emails needs. */
export interface NoteEmailContext {
  deployment: Deployment;
  services: Pick<Services, 'state'>;
}

/** Counts what became of an email, once; answers with the run that sent it, where that is known. */
export async function noteEmail(
  report: EmailReport,
  context: NoteEmailContext,
): Promise<RunRecord | undefined> {
  const { runLog, engagement } = context.services.state;
  const { outcome, step = '', to, at } = report;
  const run = report.runId === undefined ? undefined : await runLog.find(report.runId);
  if (run === undefined) return undefined;
  const { runId, loop, subject } = run;
  // A pass sends many emails, of which its own record could tell but one.
  const isNews =
    subject === AUDIENCE
      ? await engagement.note({ runId, loop, step, outcome, at, addressKey: addressKey(to[0] ?? '') })
      : (await runLog.record([{ runId, loop, subject, outcome, step, at }])) > 0;
  if (isNews) await countForVariant(report, loop, context);
  return run;
}

/** Counts that an email was opened or clicked for the variant that it was. */
async function countForVariant(
  { outcome, step, variant = '' }: EmailReport,
  loop: string,
  { deployment, services }: NoteEmailContext,
): Promise<void> {
  if (outcome !== 'opened' && outcome !== 'clicked') return;
  const plans = deployment.plans.filter((plan) => plan.loop === loop).filter(hasGoal);
  for (const plan of plans) {
    const sender = plan.steps.find(({ id }) => id === step);
    if (sender === undefined) continue;
    const email = { step: keyOfVariant(sender, variant), arm: variant, outcome };
    await services.state.trials.engage(trialSiteOf(plan), email);
  }
}
