import type { Database } from '../databases/index.ts';
import type { Env } from '../env/index.ts';
import { exportSubject, type Operations } from '../operations/index.ts';
import type { Deployment } from '../plan/index.ts';
import type { View } from './document.ts';
import { emailView } from './email-view.ts';
import { healthView } from './health-view.ts';
import { loopsView } from './loops-view.ts';
import { personView } from './person-view.ts';
import { runView } from './run-view.ts';
import { runsView } from './runs-view.ts';

/** What the pages are made from. */
export interface DashboardContext {
  env: Env;
  deployment: Deployment;
  operations: Operations;
  /** The team's own; opened when a page needs it. */
  database: () => Promise<Database>;
  /** Ms since the epoch. */
  now: () => number;
}

/** The page that an address asks for; the loops where it asks for nothing. */
export function viewOf(query: URLSearchParams, context: DashboardContext): Promise<View> {
  switch (query.get('page')) {
    case 'runs':
      return runsView(query, context);
    case 'run':
      return runView(query.get('id') ?? '', context);
    case 'people':
      return personView(query.get('id') ?? '', context);
    case 'email':
      return emailView(query.get('id') ?? '', context);
    case 'health':
      return healthView(context);
    default:
      return loopsView(context);
  }
}

/** Everything that is kept about somebody, as JSON. */
export async function exportOf(subject: string, { operations }: DashboardContext): Promise<string> {
  return JSON.stringify(await exportSubject(subject, operations), undefined, 2);
}
