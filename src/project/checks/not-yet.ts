import type { ResolvedLoop } from '../../config/index.ts';
import { actionsOf, type CheckContext, type Finding, stepsOf } from './context.ts';

/** What of the language is understood and not acted on in this version. Whoever builds one of these takes its line away. */
const NOT_YET = {
  loopTypes: ['freemium'],
  loopKeys: ['goal', 'holdout'],
  triggers: ['api'],
  conditions: ['usage'],
  actions: ['block'],
} as const satisfies { loopKeys: ReadonlyArray<keyof ResolvedLoop> } & Record<string, readonly string[]>;

const isIn = (list: readonly string[], word: string | undefined): boolean =>
  word !== undefined && list.includes(word);

/** Warns of everything that this version reads and does nothing about, so that nobody waits for it. */
export function checkNotYet({ config }: CheckContext): Finding[] {
  const loops = config.loops.flatMap((loop, index) =>
    isIn(NOT_YET.loopTypes, loop.type)
      ? [warning(['loops', index, 'type'], `is "${loop.type}", a type of loop this version does not run`)]
      : keysOf(loop, index),
  );
  // A loop that does not run at all needs no word about its parts.
  const runs = (path: ReadonlyArray<string | number>) =>
    !isIn(NOT_YET.loopTypes, config.loops[Number(path[1])]?.type);
  const steps = stepsOf(config).flatMap(({ step, path }) => [
    ...(isIn(NOT_YET.triggers, step.trigger?.type)
      ? [
          warning(
            [...path, 'trigger', 'type'],
            `is "${step.trigger?.type}", which starts nothing in this version`,
          ),
        ]
      : []),
    ...(isIn(NOT_YET.conditions, step.condition?.type)
      ? [
          warning(
            [...path, 'condition', 'type'],
            `is "${step.condition?.type}", which ends a run in this version`,
          ),
        ]
      : []),
  ]);
  const actions = actionsOf(config).flatMap(({ action, path }) => [
    ...(isIn(NOT_YET.actions, action.type)
      ? [warning([...path, 'type'], `is "${action.type}", which this version does not do`)]
      : []),
    ...(action.type === 'email' && action.variants !== undefined
      ? [
          warning(
            [...path, 'variants'],
            'are not chosen from in this version: everybody gets the email itself',
          ),
        ]
      : []),
  ]);
  return [...loops, ...[...steps, ...actions].filter(({ path }) => runs(path))];
}

function keysOf(loop: ResolvedLoop, index: number): Finding[] {
  return NOT_YET.loopKeys
    .filter((key) => loop[key] !== undefined)
    .map((key) => warning(['loops', index, key], 'is understood and not acted on by this version'));
}

function warning(path: Finding['path'], message: string): Finding {
  return {
    code: 'not_yet',
    path,
    severity: 'warning',
    message,
    hint: 'Leave it as it is for a later version, or take it out.',
  };
}
