import { describeChanges } from '../compile/index.ts';
import { formatDuration } from '../config/index.ts';
import type { DeployEffect, Group } from '../operations/index.ts';
import type { Plan } from '../plan/index.ts';
import type { Terminal } from './terminal.ts';

/** Prints what a deploy does to runs under way, loop by loop, to be read before it is done. */
export function printEffects(effects: readonly DeployEffect[], terminal: Terminal): void {
  for (const effect of effects) printEffect(effect, terminal);
  const all = effects.flatMap(({ groups }) => groups);
  const total = countRuns(all);
  const touched = countRuns(all.filter(isTouched));
  terminal.out(
    total === 0
      ? 'No run is under way.'
      : `${runs(total)} under way: ${total - touched} finish as they began, ${touched} ${touched === 1 ? 'does' : 'do'} not.`,
  );
}

/** Whether runs do not finish as they began. */
export function isTouched({ fate }: Pick<Group, 'fate'>): boolean {
  return fate !== 'keep';
}

/** What changes for the runs of one definition, as JSON for scripts. */
export function effectAsJson({ loop, entry, from, to, groups }: DeployEffect): Record<string, unknown> {
  return {
    loop,
    entry,
    from: from?.hash ?? null,
    to: to?.hash ?? null,
    onChange: (to ?? from)?.onChange ?? 'pin',
    changes: from === undefined || to === undefined ? [] : changesOf(from, to),
    groups,
  };
}

function printEffect({ loop, from, to, groups }: DeployEffect, { out, colors }: Terminal): void {
  const name = colors.bold(loop);
  if (from === undefined) {
    out(`${colors.green('+')} ${name} is new.`);
    return;
  }
  const version = colors.dim(from.hash.slice(0, 7));
  if (to === undefined) out(`${colors.red('-')} ${name} ${version} is gone, or begins otherwise.`);
  else if (to.hash === from.hash) out(`  ${name} ${version} stays as it is.`);
  else {
    const policy = colors.dim(`onChange: ${to.onChange ?? 'pin'}`);
    out(`${colors.yellow('~')} ${name} ${version} -> ${colors.dim(to.hash.slice(0, 7))} changes. ${policy}`);
    for (const change of changesOf(from, to)) out(`    ${change}`);
  }
  for (const group of groups) out(`  ${sentenceOf(group, from)}`);
}

function changesOf(from: Plan, to: Plan): string[] {
  return from.hash === to.hash ? [] : describeChanges(from, to);
}

function sentenceOf({ step, state, runs: count, fate, because }: Group, plan: Plan): string {
  const { delay = 0, condition } = plan.steps.find(({ id }) => id === step) ?? {};
  const one = count === 1;
  const verb = state === 'sleeps' ? (one ? 'sleeps before' : 'sleep before') : one ? 'is in' : 'wait in';
  const seconds =
    state === 'sleeps' ? delay : condition !== undefined && 'timeout' in condition ? condition.timeout : 0;
  const time = seconds > 0 ? `${one ? 'its' : 'their'} ${formatDuration(seconds)}` : '';
  return `${runs(count)} ${verb} ${step}: ${one ? 'it' : 'they'} ${fateOf(fate, { one, time })}${because === undefined ? '' : `, because ${because}`}.`;
}

function fateOf(fate: Group['fate'], { one, time }: { one: boolean; time: string }): string {
  const s = one ? 's' : '';
  const step = time === '' ? `finish${one ? 'es' : ''} the step as it began` : `keep${s} ${time}`;
  switch (fate) {
    case 'keep':
      return `${time === '' ? '' : `keep${s} ${time}, and `}finish${one ? 'es' : ''} as ${one ? 'it' : 'they'} began`;
    case 'follow':
      return `follow${s} the new definition on waking${time === '' ? '' : `, ${time} at the latest`}`;
    case 'end':
      return `end${s} there, and do${one ? 'es' : ''} no more`;
    case 'finish, then follow':
      return `${step}, and then follow${s} the new definition`;
    case 'finish, then end':
      return `${step}, and then end${s}`;
  }
}

function countRuns(groups: readonly Group[]): number {
  return groups.reduce((sum, { runs: count }) => sum + count, 0);
}

function runs(count: number): string {
  return `${count.toLocaleString('en-US')} run${count === 1 ? '' : 's'}`;
}
