import type { Column, Confidence, Evidence, Table } from './model.ts';
import { isCalled, plainName } from './words.ts';

/** The table of users, and its columns that loops speak of. */
export interface UsersTable {
  table: Table;
  confidence: Confidence;
  evidence: Evidence[];
  id: string;
  email: Column | undefined;
  name: Column | undefined;
  /** When the user was last seen. */
  lastActivity: Column | undefined;
  /** Whether the user was written to since. */
  mailedFlag: Column | undefined;
  /** Where the first step begins. */
  link: Column | undefined;
  created: Column | undefined;
}

/** What tables of users are called, the most usual first. */
const NAMES = [
  ...[
    'user',
    'app_user',
    'auth_user',
    'account',
    'member',
    'customer',
    'profile',
    'person',
    'subscriber',
    'client',
  ],
  ...['user_account', 'user_profile', 'contact'],
];

const EMAILS = ['email', 'email_address', 'mail', 'e_mail', 'primary_email', 'user_email'];
const FULL_NAMES = [
  'name',
  'full_name',
  'display_name',
  'first_name',
  'given_name',
  'nickname',
  'username',
  'user_name',
];
const LINKS = [
  'activation_link',
  'activation_url',
  'onboarding_link',
  'onboarding_url',
  'start_link',
  'start_url',
];
const CREATED = [
  'created_at',
  'created',
  'created_on',
  'inserted_at',
  'date_joined',
  'signed_up_at',
  'registered_at',
];

/**
 * Finds the tables that may be the users', the best first. What has no address of email is none: NextAuth's `Account` is a login, and
 * nobody could be written to.
 */
export function findUsersTables(tables: readonly Table[]): UsersTable[] {
  const found = tables.flatMap((table) => {
    const rank = NAMES.findIndex((name) => isCalled(table, [name]));
    const email = columnCalled(table, EMAILS);
    const pointed = tables.filter((other) =>
      other.columns.some((column) => column.references?.table === table.name),
    ).length;
    if (email === undefined || !canBeWatched(table) || (rank === -1 && pointed === 0)) return [];
    return [{ users: describe(table, { rank, email, pointed }), score: scoreOf(table, rank, pointed) }];
  });
  return found.sort((one, other) => other.score - one.score).map(({ users }) => users);
}

/** A loop names its table without quotes, and in a database that it knows. */
function canBeWatched({ name, dialect }: Table): boolean {
  return dialect !== 'other' && /^[A-Za-z_][\w$]*(?:\.[A-Za-z_][\w$]*)?$/.test(name);
}

function scoreOf(table: Table, rank: number, pointed: number): number {
  const hasPassword = table.columns.some(({ name }) => /password|hashed|clerk_?id|auth/i.test(name));
  return (rank === -1 ? 0 : 100 - rank * 5) + Math.min(pointed, 6) * 8 + (hasPassword ? 5 : 0);
}

interface Signs {
  rank: number;
  email: Column;
  pointed: number;
}

function describe(table: Table, { rank, email, pointed }: Signs): UsersTable {
  const named = rank === 0 ? 'is called as users are' : rank > 0 ? 'may be called so for users' : '';
  const reasons = [
    named,
    pointed > 0 ? `${pointed} ${pointed === 1 ? 'table points' : 'tables point'} at it` : '',
  ];
  const isSure = rank === 0 || (rank > 0 && pointed > 0);
  return {
    table,
    confidence: rank === 0 ? 'certain' : isSure ? 'likely' : 'possible',
    evidence: [
      { ...table.place, why: `${table.name}: ${reasons.filter(Boolean).join(', ')}` },
      { ...email.place, why: `${table.name}.${email.name} is an address of email` },
    ],
    id: table.primaryKey.length === 1 ? (table.primaryKey[0] ?? 'id') : 'id',
    email,
    name: columnCalled(table, FULL_NAMES),
    lastActivity: table.columns.find(({ name, kind }) => kind === 'time' && LAST_SEEN.test(plainName(name))),
    mailedFlag: table.columns.find(({ name, kind }) => kind === 'boolean' && MAILED.test(plainName(name))),
    link: columnCalled(table, LINKS),
    created: columnCalled(table, CREATED),
  };
}

const LAST_SEEN =
  /^last_(?:activity|active|seen|login|log_in|sign_in|visit|request)(?:_(?:at|on|date|time))?$/;
const MAILED = /^(?:re_?engagement|win_?back|reactivation)(?:_email)?(?:_sent|_mailed)?$/;

function columnCalled(table: Table, names: readonly string[]): Column | undefined {
  return names
    .map((name) => table.columns.find((column) => plainName(column.name) === name))
    .find((column) => column !== undefined);
}
