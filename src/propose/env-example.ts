import type { Inspection, Users } from '../inspect/index.ts';

/** A few variables and where they are found. */
interface Group {
  note: string;
  names: readonly string[];
}

const ALWAYS: readonly Group[] = [
  {
    note: 'Where Skene is reached: the address of your app and /api/skene, or of a deployment of its own',
    names: ['SKENE_URL'],
  },
  {
    note: 'Signs unsubscribe links and guards the functions: openssl rand -base64 32',
    names: ['SKENE_SECRET'],
  },
  {
    note: 'Sender of every email, on a domain verified at Resend: Ada <ada@example.com>',
    names: ['SKENE_FROM'],
  },
  {
    note: 'Upstash QStash (console.upstash.com, QStash tab)',
    names: ['QSTASH_URL', 'QSTASH_TOKEN', 'QSTASH_CURRENT_SIGNING_KEY', 'QSTASH_NEXT_SIGNING_KEY'],
  },
  { note: 'Upstash Redis', names: ['UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN'] },
  { note: 'Resend', names: ['RESEND_API_KEY'] },
];

const CLERK: Group = {
  note: 'Clerk shows it with the endpoint /webhooks/clerk below SKENE_URL',
  names: ['CLERK_WEBHOOK_SIGNING_SECRET'],
};
const STRIPE: Group = {
  note: 'Stripe shows the first with the endpoint /webhooks/stripe below SKENE_URL',
  names: ['STRIPE_WEBHOOK_SECRET', 'STRIPE_SECRET_KEY'],
};
const DATABASE: Group = { note: 'Your own database', names: ['DATABASE_URL'] };

/** The lines that a file of variables lacks, without values; empty when it lacks none. */
export function exampleEntries(
  { stack, installed, variables }: Inspection,
  users: Users | undefined,
): string {
  const known = installed.example?.names ?? [];
  // Somebody who names the database otherwise has no use for a second name of it.
  const hasAddress = variables.some(({ name }) => /(?:DATABASE|POSTGRES|MYSQL|PG|DB)\w*_UR[LI]$/.test(name));
  const isSql = users !== undefined && users.table.dialect !== 'redis';
  const groups = [
    ...ALWAYS,
    ...(isSql && !hasAddress ? [DATABASE] : []),
    ...(stack.auth.some(({ what }) => what === 'clerk') ? [CLERK] : []),
    ...(stack.billing.some(({ what }) => what === 'stripe') ? [STRIPE] : []),
  ];
  const missing = groups.flatMap(({ note, names }) => {
    const lacking = names.filter((name) => !known.includes(name));
    return lacking.length === 0 ? [] : [`# ${note}`, ...lacking.map((name) => `${name}=`)];
  });
  return missing.length === 0 ? '' : `${missing.join('\n')}\n`;
}
