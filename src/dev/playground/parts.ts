import type { Place } from '../../dashboard/index.ts';
import type { Database } from '../../databases/index.ts';
import type { Env } from '../../env/index.ts';
import type { Operations } from '../../operations/index.ts';
import type { Project } from '../../project/index.ts';
import type { Clock } from '../clock.ts';
import type { DevUrls } from '../environment.ts';
import type { Happenings } from '../happenings.ts';
import type { Inbox } from '../inbox/index.ts';
import type { Outages } from '../outages.ts';
import type { QStash } from '../qstash/index.ts';
import type { RedisServer } from '../redis/index.ts';
import type { DevStripe } from '../stripe.ts';
import type { SqlPlace } from './tables.ts';

/** Where it is served, by the functions' server. */
export const PLAYGROUND_PATH = '/dev/playground';
/** Where the templates are shown. */
export const TEMPLATES_PATH = '/dev/templates';

/** The stack that is played with. */
export interface PlaygroundParts {
  urls: DevUrls;
  env: Env;
  clock: Clock;
  inbox: Inbox;
  redis: RedisServer;
  stripe: DevStripe;
  outages: Outages;
  happenings: Happenings;
  qstash: () => QStash;
  /** What is served now. */
  project: () => Project;
  /** Why what was saved last is not, where it is wrong. */
  unserved: () => string | undefined;
  database: () => Promise<Database>;
  /** Resolves once all committed rows are with their runs and nothing is under way. */
  settle: () => Promise<void>;
}

/** The same, and what it looks at runs with: by a way to Redis of its own, so that it sees them while Redis is away for the functions. */
export interface Stage extends PlaygroundParts {
  operations: Operations;
}

/** Where SQL is run. */
export async function placeOf({ database, urls }: PlaygroundParts): Promise<SqlPlace> {
  return { database: await database(), url: urls.database };
}

/** The pages of the local stack, for the navigation of each of them; the dashboard, which has a navigation of its own, first. */
export function placesOf({ functions, inbox }: Pick<DevUrls, 'functions' | 'inbox'>): Place[] {
  return [
    { name: 'Dashboard', href: `${functions}/api/dashboard` },
    { name: 'Playground', href: `${functions}${PLAYGROUND_PATH}` },
    { name: 'Templates', href: `${functions}${TEMPLATES_PATH}` },
    { name: 'Inbox', href: inbox },
  ];
}
