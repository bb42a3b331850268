import { parseDuration, type ResolvedConfig, type ResolvedLoop } from '../config/index.ts';
import type { PlanRules } from '../plan/index.ts';

/** Nobody gets more of a loop that mails an audience, whatever its schedule. */
const AUDIENCE_CAP = { scope: 'loop', cap: 1, period: 86_400 } as const;

/** Compiles whom a loop may mail, and how often: its own rules, and those for all loops. */
export function compileRules(
  loop: ResolvedLoop,
  config: ResolvedConfig,
  { isAudience }: { isAudience: boolean },
): PlanRules {
  const quietHours = loop.quietHours ?? config.quietHours;
  return {
    reentry: compileReentry(loop.reentry),
    caps: [
      ...(loop.frequency === undefined
        ? isAudience
          ? [AUDIENCE_CAP]
          : []
        : [{ scope: 'loop' as const, ...inSeconds(loop.frequency) }]),
      ...(config.frequency === undefined ? [] : [{ scope: 'all' as const, ...inSeconds(config.frequency) }]),
    ],
    quietHours: quietHours && {
      from: minuteOf(quietHours.from),
      to: minuteOf(quietHours.to),
      timezone: quietHours.timezone,
    },
    holdout: loop.holdout ?? 0,
  };
}

function compileReentry(reentry: ResolvedLoop['reentry']): PlanRules['reentry'] {
  if (reentry === undefined) return 'episode';
  return typeof reentry === 'string' ? reentry : { cooldown: parseDuration(reentry.cooldown) ?? 0 };
}

function inSeconds({ cap, period }: { cap: number; period: string }): { cap: number; period: number } {
  return { cap, period: parseDuration(period) ?? 0 };
}

/** `21:30` as minutes since midnight. */
function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
