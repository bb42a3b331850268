import type { CheckContext, Finding } from './context.ts';

/** A loop begins with something that starts it. */
export function checkTriggers({ config }: CheckContext): Finding[] {
  return config.loops.flatMap((loop, index): Finding[] => {
    if (loop.steps[0]?.trigger !== undefined) return [];
    return [
      {
        code: 'trigger_missing',
        path: ['loops', index, 'steps', 0],
        message: 'has no trigger, so nothing would ever start this loop',
        hint: "Give the first step one, such as trigger: { type: 'database', table: 'users', event: 'insert' }.",
      },
    ];
  });
}
