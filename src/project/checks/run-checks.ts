import { checkActions } from './actions.ts';
import { checkAdvice } from './advice.ts';
import { checkConditions } from './conditions.ts';
import type { Check, CheckContext, Finding } from './context.ts';
import { checkEmails } from './emails.ts';
import { checkExperiments } from './experiments.ts';
import { checkPersonalization } from './personalization.ts';
import { checkQueries } from './queries.ts';
import { checkRedis } from './redis.ts';
import { checkSchema } from './schema.ts';
import { checkSupplied } from './supplied.ts';
import { checkTriggers } from './triggers.ts';

const CHECKS: readonly Check[] = [
  checkTriggers,
  checkConditions,
  checkQueries,
  checkEmails,
  checkExperiments,
  checkRedis,
  checkPersonalization,
  checkSchema,
  checkSupplied,
  checkActions,
  checkAdvice,
];

/** Looks at everything about a configuration that its form does not tell. */
export async function runChecks(context: CheckContext): Promise<Finding[]> {
  return (await Promise.all(CHECKS.map((check) => check(context)))).flat();
}
