import { compileConfig } from '../../../src/compile/index.ts';
import { resolveConfig } from '../../../src/config/index.ts';
import type { Deployment } from '../../../src/plan/index.ts';

/** A loop that each new user starts. @param overlapSeconds how long after it was written a row may be committed. */
export function deploymentOf(
  overlapSeconds: number,
  provider: 'mysql' | 'upstash-redis' = 'mysql',
): Deployment {
  return compileConfig(
    resolveConfig({
      database: { provider, overlap: `${overlapSeconds}s` },
      loops: [
        {
          id: 'welcome',
          type: 'activation',
          opinion: 'A word at the start helps',
          steps: [
            {
              trigger: { type: 'database', table: 'users', event: 'insert' },
              action: { type: 'email', template: 'activation_welcome', personalization: {} },
            },
          ],
        },
      ],
    }),
  );
}
