import { formatDuration } from '../config/index.ts';
import type { Plan, PlanStep } from '../plan/index.ts';
import { describeAction, describeCondition, describeTrigger } from './describe.ts';

/** Draws plans as one Mermaid flow chart. @see https://mermaid.js.org/syntax/flowchart.html */
export function mermaidOf(plans: readonly Plan[]): string {
  return ['flowchart TD', ...plans.flatMap(drawPlan)].join('\n');
}

function drawPlan(plan: Plan, index: number): string[] {
  const node = (name: string) => `p${index}_${name}`;
  const lines = [
    `  subgraph ${node('loop')}[${label(plan.loop)}]`,
    `  ${node('start')}([${label(describeTrigger(plan.trigger))}])`,
  ];
  let previous = node('start');
  let edge = '-->';
  for (const [number, step] of plan.steps.entries()) {
    const drawn = drawStep(step, {
      prefix: node(`s${number}`),
      previous,
      edge,
      isLast: number === plan.steps.length - 1,
    });
    lines.push(...drawn.lines);
    ({ previous, edge } = drawn);
  }
  return [...lines, '  end'];
}

function drawStep(step: PlanStep, at: { prefix: string; previous: string; edge: string; isLast: boolean }) {
  const { prefix, isLast } = at;
  const lines: string[] = [];
  let { previous, edge } = at;
  const append = (id: string, shape: string) => {
    lines.push(`  ${previous} ${edge} ${id}${shape}`);
    previous = id;
    edge = '-->';
  };
  if (step.delay > 0) append(`${prefix}_delay`, `>${label(`sleep ${formatDuration(step.delay)}`)}]`);
  const { condition } = step;
  if (condition !== undefined) {
    append(`${prefix}_if`, `{${label(describeCondition(condition))}}`);
    const timeout = 'timeout' in condition ? `${formatDuration(condition.timeout)} passed` : 'no';
    const other =
      step.otherwise === undefined
        ? `${prefix}_out([${label('timed out')}])`
        : `${prefix}_else[${label(describeAction(step.otherwise))}]`;
    lines.push(`  ${previous} -- ${label(timeout)} --> ${other}`);
    edge = `-- ${label('met')} -->`;
  }
  append(`${prefix}_then`, `[${label(describeAction(step.action))}]`);
  if (step.otherwise !== undefined && !isLast)
    lines.push(`  ${prefix}_else --> ${prefix}_join(( ))`, `  ${prefix}_then --> ${prefix}_join`);
  return { lines, previous: step.otherwise !== undefined && !isLast ? `${prefix}_join` : previous, edge };
}

function label(text: string): string {
  return `"${text.replaceAll('"', '#quot;').replaceAll('\n', ' ')}"`;
}
