import type { Column, Confidence, Evidence, Table } from './model.ts';
import type { UsersTable } from './users-table.ts';
import { plainName, speaksOf } from './words.ts';

/** A table whose rows belong to a user. */
export interface RelatedTable {
  table: Table;
  /** The column that says whose a row is. */
  owner: Column;
  confidence: Confidence;
  evidence: Evidence[];
}

/** A table that holds what users do, one row for each. */
export interface KeyAction extends RelatedTable {
  /** The column that says what was done, where the table keeps more than one thing. */
  action: Column | undefined;
  created: Column | undefined;
}

/** The tables around the users, by what they are for. */
export interface RelatedTables {
  keyActions: KeyAction[];
  usage: RelatedTable[];
  subscriptions: RelatedTable[];
}

const SUBSCRIPTIONS = [
  'subscription',
  'billing',
  'plan',
  'invoice',
  'payment',
  'checkout',
  'stripe',
  'price',
  'charge',
];
const USAGE = ['usage', 'quota', 'meter', 'consumption', 'credit', 'allowance'];
/** What frameworks keep of a user, and what is done to users instead of by them. */
const BOOKKEEPING = [
  ...[
    'session',
    'account',
    'login',
    'token',
    'verification',
    'password',
    'reset',
    'authenticator',
    'passkey',
    'otp',
    'key',
  ],
  ...[
    'setting',
    'preference',
    'profile',
    'role',
    'permission',
    'membership',
    'member',
    'invite',
    'invitation',
    'follow',
  ],
  ...[
    'notification',
    'email',
    'audit',
    'migration',
    'webhook',
    'job',
    'address',
    'device',
    'credential',
    'identity',
  ],
];
const LOGS = ['action', 'event', 'activity', 'log', 'history'];
const ACTION_COLUMNS = [
  'action_type',
  'event_type',
  'activity_type',
  'action',
  'event',
  'event_name',
  'type',
  'name',
  'kind',
];
const OWNERS = [
  'user_id',
  'owner_id',
  'author_id',
  'created_by',
  'created_by_id',
  'creator_id',
  'user',
  'owner',
  'author',
  'uid',
  'subject',
  'subject_id',
  'account_id',
  'clerk_user_id',
  'clerk_id',
];
const CREATED = [
  'created_at',
  'created',
  'created_on',
  'inserted_at',
  'occurred_at',
  'timestamp',
  'at',
  'time',
  'date',
];

/** Times that say something else than when a row was made. */
const LATER = /updat|modif|delet|expir|last|birth|due|end|cancel|schedul|read|verif|complet|publish|start/;

/** Sorts the tables around the users' by what they are for. */
export function findRelatedTables(users: UsersTable, tables: readonly Table[]): RelatedTables {
  const related = tables.flatMap((table) => {
    const isOther = table.name !== users.table.name && mayBeTogether(table, users.table);
    const owner = isOther ? ownerOf(table, users.table) : undefined;
    return owner === undefined ? [] : [relatedTable(table, owner, users.table)];
  });
  const is = (words: readonly string[]) => related.filter(({ table }) => speaksOf(table, words));
  const usage = is(USAGE);
  const subscriptions = is(SUBSCRIPTIONS).filter((found) => !usage.includes(found));
  const keyActions = related
    .filter((found) => !usage.includes(found) && !subscriptions.includes(found))
    .filter(({ table }) => !speaksOf(table, BOOKKEEPING) || isLog(table))
    .map(toKeyAction)
    .sort((one, other) => Number(isLog(other.table)) - Number(isLog(one.table)));
  return { keyActions, usage, subscriptions };
}

/** Whether two tables can be in one database: not every script shows which one it is for. */
function mayBeTogether(one: Table, other: Table): boolean {
  return one.dialect === undefined || other.dialect === undefined || one.dialect === other.dialect;
}

/** The column by which a table says whose its rows are: one that points at the users, else one that is called so. */
function ownerOf(table: Table, users: Table): Column | undefined {
  const pointing = table.columns.filter(({ references }) => references?.table === users.name);
  const called = (columns: readonly Column[]) =>
    [...OWNERS, `${plainName(users.model ?? users.name)}_id`]
      .map((name) => columns.find((column) => plainName(column.name) === name))
      .find((column) => column !== undefined);
  return (
    called(pointing) ??
    pointing[0] ??
    called(table.columns.filter(({ references }) => references === undefined))
  );
}

function relatedTable(table: Table, owner: Column, users: Table): RelatedTable {
  const isDeclared = owner.references?.table === users.name;
  const why = isDeclared ? `points at ${users.name}` : `is called as if it pointed at ${users.name}`;
  return {
    table,
    owner,
    confidence: isDeclared ? 'likely' : 'possible',
    evidence: [{ ...owner.place, why: `${table.name}.${owner.name} ${why}` }],
  };
}

function isLog(table: Table): boolean {
  return speaksOf(table, LOGS) && !speaksOf(table, ['audit', 'email', 'webhook', 'login']);
}

function toKeyAction(related: RelatedTable): KeyAction {
  const { table } = related;
  const find = (names: readonly string[]) =>
    names
      .map((name) =>
        table.columns.find((column) => plainName(column.name) === name && column !== related.owner),
      )
      .find((column) => column !== undefined);
  return {
    ...related,
    action: isLog(table) ? find(ACTION_COLUMNS) : undefined,
    created:
      find(CREATED) ??
      table.columns.find(({ name, kind }) => kind === 'time' && !LATER.test(plainName(name))),
  };
}
