import { compileConfig } from '../../../src/compile/index.ts';
import { resolveConfig } from '../../../src/config/index.ts';
import type { LoopInput } from '../../../src/index.ts';
import { type LoopOutcomes, readOutcomes, type TrialOutcomes } from '../../../src/outcomes/index.ts';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { actions } from './reminder.ts';

/** A configuration of one loop. */
export const configOf = (loop: LoopInput) => ({ loops: [loop], actions });

/** A world that serves one loop. */
export const openWorld = (loop: LoopInput): Promise<World> => createWorld({ config: configOf(loop) });

/** What a loop of a world came to. */
export async function outcomesOf(
  loop: LoopInput,
  { state, stack }: World,
): Promise<LoopOutcomes & { trial: TrialOutcomes }> {
  const { plans } = compileConfig(resolveConfig(configOf(loop)));
  const [outcomes] = await readOutcomes({ plans, state, now: stack.clock.now() });
  const trial = outcomes?.trials[0];
  if (outcomes === undefined || trial === undefined) throw new Error('There is no loop with a goal.');
  return { ...outcomes, trial };
}
