import { type CheckContext, type Finding, stepsOf } from './context.ts';

/** What cannot be done where the database is Upstash Redis: it has no tables to walk over, and nothing of the team's is written to it. */
export function checkRedis({ config }: CheckContext): Finding[] {
  if (config.database.provider !== 'upstash-redis') return [];
  return stepsOf(config).flatMap(({ step, trigger, path }): Finding[] => {
    const isAudience = trigger?.type === 'schedule' && step.condition !== undefined;
    return [
      ...(isAudience
        ? [
            refused(
              [...path, 'condition'],
              'selects an audience, and the users in Upstash Redis cannot be read page by page',
              "Start a run for each user instead: with a trigger of type 'database' or 'event', and a delay.",
            ),
          ]
        : []),
      ...(step.after === undefined
        ? []
        : [
            refused(
              [...path, 'after'],
              'is an UPDATE, and Skene writes no keys of yours in Upstash Redis',
              "Write it in an action of your own: action: { type: 'custom', name: '…' }.",
            ),
          ]),
    ];
  });
}

function refused(path: Finding['path'], message: string, hint: string): Finding {
  return { code: 'condition_mismatch', path, message, hint };
}
