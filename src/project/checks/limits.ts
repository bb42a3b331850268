import { type ProvenBounds, proveEmailBounds } from '../../compile/index.ts';
import type { ResolvedConfig } from '../../config/index.ts';
import type { Deployment } from '../../plan/index.ts';
import type { Finding } from './context.ts';

const LIMITS = [
  { name: 'emailsPerDay', bound: 'perDay', span: 'a day' },
  { name: 'emailsPerWeek', bound: 'perWeek', span: 'a week' },
] as const;

/** Holds the most emails that a person can get against the limits that the author has set. */
export function checkLimits({ limits }: ResolvedConfig, { plans }: Deployment): Finding[] {
  if (limits === undefined) return [];
  const proven = proveEmailBounds(plans);
  return LIMITS.flatMap(({ name, bound, span }): Finding[] => {
    const limit = limits[name];
    if (limit === undefined || proven[bound] <= limit) return [];
    return [
      {
        code: 'limit_exceeded',
        path: ['limits', name],
        message: `is ${limit}, and a person could get ${countOf(proven[bound])} in ${span}: ${sharesOf(proven, bound)}`,
        hint: "Cap a loop with frequency: { cap: 1, period: '1d' }, or all loops with the same beside loops.",
      },
    ];
  });
}

function sharesOf({ loops }: ProvenBounds, bound: 'perDay' | 'perWeek'): string {
  return loops.map((share) => `${share.loop} ${countOf(share[bound])}`).join(', ');
}

/** A bound as people say it. */
function countOf(bound: number): string {
  return bound === Number.POSITIVE_INFINITY ? 'any number' : String(bound);
}
