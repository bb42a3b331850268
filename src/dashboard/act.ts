import { cancelRun, eraseSubject, resumeRun } from '../operations/index.ts';
import type { DashboardContext } from './views.ts';
import { linkTo } from './words.ts';

/** What a page can ask to be done, to a run or a person. */
export type DashboardAction = { type: 'retry' | 'cancel' | 'erase'; id: string };

/** Reads what a form asks for; `undefined` when it is nothing that can be done. */
export function readAction(type: string | null, form: URLSearchParams): DashboardAction | undefined {
  const id = form.get('id') ?? '';
  if (id === '') return undefined;
  if (type === 'erase') return form.get('sure') === 'yes' ? { type, id } : undefined;
  return type === 'retry' || type === 'cancel' ? { type, id } : undefined;
}

/**
 * Does what a page asks for.
 * @returns the address of the page to go on with.
 * @throws {EnvError} USAGE when it cannot be done, such as ending a run that has ended.
 */
export async function act(
  { type, id }: DashboardAction,
  { operations, now }: DashboardContext,
): Promise<string> {
  if (type === 'retry') await resumeRun(id, operations);
  if (type === 'cancel') await cancelRun(id, now(), operations);
  if (type === 'erase') await eraseSubject(id, operations);
  return type === 'erase' ? linkTo('people', { id }) : linkTo('run', { id });
}
