import { addressKey } from '../email/address.ts';
import { cancelRun, eraseSubject, resumeRun } from '../operations/index.ts';
import type { DashboardContext } from './views.ts';
import { linkTo } from './words.ts';

/** What a page can ask to be done, to a run, a person, or the address of a person. */
export type DashboardAction =
  | { type: 'retry' | 'cancel' | 'erase'; id: string }
  | { type: 'suppress' | 'release'; id: string; address: string };

/** Reads what a form asks for; `undefined` when it is nothing that can be done. */
export function readAction(type: string | null, form: URLSearchParams): DashboardAction | undefined {
  const [id, address] = [form.get('id') ?? '', form.get('address') ?? ''];
  if (id === '') return undefined;
  if (type === 'erase') return form.get('sure') === 'yes' ? { type, id } : undefined;
  if (type === 'suppress' || type === 'release') return address === '' ? undefined : { type, id, address };
  return type === 'retry' || type === 'cancel' ? { type, id } : undefined;
}

/** Why an address is not mailed that may be mailed again by hand. Whoever unsubscribed or complained said so themselves. */
export const RELEASABLE: readonly string[] = ['manual', 'bounced'];

/**
 * Does what a page asks for.
 * @returns the address of the page to go on with.
 * @throws {EnvError} USAGE when it cannot be done, such as ending a run that has ended.
 */
export async function act(action: DashboardAction, { operations, now }: DashboardContext): Promise<string> {
  const { type, id } = action;
  const { suppressions } = operations.state;
  switch (type) {
    case 'retry':
      await resumeRun(id, operations);
      return linkTo('run', { id });
    case 'cancel':
      await cancelRun(id, now(), operations);
      return linkTo('run', { id });
    case 'erase':
      await eraseSubject(id, operations);
      return linkTo('people', { id });
    case 'suppress': {
      const key = addressKey(action.address);
      if ((await suppressions.find(key)) === undefined) await suppressions.add(key, 'manual');
      return linkTo('people', { id });
    }
    case 'release': {
      const key = addressKey(action.address);
      if (RELEASABLE.includes((await suppressions.find(key)) ?? '')) await suppressions.remove(key);
      return linkTo('people', { id });
    }
  }
}
