import {
  type CaptureTrigger,
  captureTriggers,
  type Database,
  fillRollup,
  forgetRollup,
  OUTBOX,
  outboxStatements,
  quoteLiteral,
  quoteName,
  quoteTable,
  ROLLED_UP,
  ROLLUP,
  ROLLUP_FUNCTION,
  rollupTriggers,
  type Statement,
  WATCH_STATE,
} from '../../databases/index.ts';
import type { Watch } from '../../plan/index.ts';
import { checkWatch } from './check-watch.ts';
import { type FoundCapture, type FoundTrigger, inspectCapture } from './inspect-capture.ts';
import { planPolling } from './plan-polling.ts';

/** What a sync does to one table, and why, as a sentence without its full stop. */
export interface DatabaseAction {
  table: string;
  /** The trigger; nothing for the outbox itself. */
  trigger?: string | undefined;
  action: 'create' | 'replace' | 'keep' | 'remove';
  reason: string;
}

/** What a sync would do. Nothing has been done yet. */
export interface DatabaseSyncPlan {
  actions: DatabaseAction[];
  /** In this order, in one transaction; none when everything is as it should be. */
  statements: Statement[];
  /** What comes after these, each in a transaction of its own; where it was done before, it does nothing. */
  fills: Statement[][];
  /** The application's tables that these lock for a moment, as SQL writes them. */
  locks: string[];
  /** Tables that are not there yet, where that was allowed. */
  missing: string[];
}

interface Change {
  action: DatabaseAction;
  statements: string[];
  /** The application's table, as SQL writes it. */
  locks?: string;
}

/**
 * Compares what the loops watch with the triggers there are.
 * @param options `prune` removes triggers that no loop needs any more; without it they stay, because runs that are under
 *   way may still wait for what they report. `allowMissing` leaves out tables that are not there yet.
 * @throws {ConfigError} CONFIG_INVALID for a table that cannot be watched.
 */
export async function planDatabaseSync(
  database: Database,
  watches: readonly Watch[],
  options: { prune?: boolean | undefined; allowMissing?: boolean | undefined } = {},
): Promise<DatabaseSyncPlan> {
  if (database.polling !== undefined) return planPolling(database.polling, watches, options);
  const found = await inspectCapture(database, watches);
  const isMissing = ({ table }: Watch) => found.tables.get(table)?.kind === undefined;
  const missing = options.allowMissing === true ? watches.filter(isMissing) : [];
  const present = watches.filter((watch) => !missing.includes(watch));
  for (const watch of present) checkWatch(watch, found.tables.get(watch.table), found.otherTables);
  const changes = [
    outboxChange(found),
    ...present.flatMap((watch) => watchChanges(watch, found)),
    ...unneededTriggers(present, found).map((trigger) => unneededChange(trigger, options.prune === true)),
  ];
  const fills = present.map(fillRollup).filter((statements) => statements.length > 0);
  return {
    ...toPlan(changes),
    fills: fills.map((statements) => statements.map((sql) => ({ sql }))),
    missing: missing.map(({ table }) => table),
  };
}

/** What would remove every trace of the capture. Changes that still wait in the outbox are lost with it. */
export async function planDatabaseRemoval(database: Database): Promise<DatabaseSyncPlan> {
  if (database.polling !== undefined) return toPlan([]);
  const { triggers } = await inspectCapture(database, []);
  const reason = 'nothing is to be left behind';
  return toPlan([
    ...triggers.map(
      (trigger): Change => ({
        action: { table: trigger.watched, trigger: trigger.name, action: 'remove', reason },
        statements: [dropTrigger(trigger)],
        locks: trigger.table,
      }),
    ),
    {
      action: { table: OUTBOX, action: 'remove', reason },
      statements: [
        'DROP FUNCTION IF EXISTS public.skene_capture();',
        `DROP FUNCTION IF EXISTS ${ROLLUP_FUNCTION}();`,
        `DROP TABLE IF EXISTS ${OUTBOX}, ${WATCH_STATE}, ${ROLLUP}, ${ROLLED_UP};`,
        'DROP SEQUENCE IF EXISTS public.skene_outbox_misses;',
      ],
    },
  ]);
}

function toPlan(changes: readonly Change[]): DatabaseSyncPlan {
  return {
    actions: changes.map((change) => change.action),
    statements: changes.flatMap((change) => change.statements).map((sql) => ({ sql })),
    locks: [
      ...new Set(changes.flatMap(({ locks, statements }) => (locks && statements.length > 0 ? [locks] : []))),
    ],
    fills: [],
    missing: [],
  };
}

const triggersOf = (watch: Watch): CaptureTrigger[] => [...captureTriggers(watch), ...rollupTriggers(watch)];

function outboxChange({ outbox }: FoundCapture): Change {
  const table = OUTBOX;
  switch (outbox) {
    case 'current':
      return { action: { table, action: 'keep', reason: 'it is up to date' }, statements: [] };
    case 'outdated':
      return {
        action: { table, action: 'replace', reason: 'its function is of another version' },
        statements: outboxStatements(),
      };
    case 'missing':
      return {
        action: { table, action: 'create', reason: 'it is not there' },
        statements: outboxStatements(),
      };
  }
}

function watchChanges(watch: Watch, found: FoundCapture): Change[] {
  const relation = found.tables.get(watch.table)?.relation;
  return triggersOf(watch).map((wanted) => {
    const present = found.triggers.find(
      (trigger) => trigger.relation === relation && trigger.name === wanted.name,
    );
    const { action, reason, enable } = compare(wanted, present);
    return {
      action: { table: watch.table, trigger: wanted.name, action, reason },
      statements: [
        ...(action === 'keep' ? [] : wanted.statements),
        ...(enable ? [`ALTER TABLE ${quoteTable(watch.table)} ENABLE TRIGGER ${wanted.name};`] : []),
      ],
      locks: quoteTable(watch.table),
    };
  });
}

function compare(
  wanted: CaptureTrigger,
  present: FoundTrigger | undefined,
): { action: 'create' | 'replace' | 'keep'; reason: string; enable: boolean } {
  if (present === undefined) return { action: 'create', reason: reasonFor(wanted), enable: false };
  if (!present.isEnabled) return { action: 'replace', reason: 'it is disabled', enable: true };
  if (present.mark !== wanted.mark)
    return {
      action: 'replace',
      reason: 'the loops need other rows, or it was changed by hand',
      enable: false,
    };
  return { action: 'keep', reason: 'it is up to date', enable: false };
}

function reasonFor({ name, operation }: CaptureTrigger): string {
  return name === 'skene_rollup'
    ? 'loops look for who does less, day by day'
    : `loops need to know of each ${operation}`;
}

function unneededTriggers(watches: readonly Watch[], found: FoundCapture): FoundTrigger[] {
  const wanted = new Set(
    watches.flatMap((watch) =>
      triggersOf(watch).map(({ name }) => `${found.tables.get(watch.table)?.relation} ${name}`),
    ),
  );
  return found.triggers.filter((trigger) => !wanted.has(`${trigger.relation} ${trigger.name}`));
}

function unneededChange(trigger: FoundTrigger, prune: boolean): Change {
  const about = { table: trigger.watched, trigger: trigger.name };
  if (!prune)
    return {
      action: {
        ...about,
        action: 'keep',
        reason: 'no loop needs it any more, but runs under way may; --prune removes it',
      },
      statements: [],
    };
  return {
    action: { ...about, action: 'remove', reason: 'no loop needs it any more' },
    statements: [dropTrigger(trigger), ...forgetState(trigger)],
    locks: trigger.table,
  };
}

function dropTrigger(trigger: FoundTrigger): string {
  return `DROP TRIGGER IF EXISTS ${quoteName(trigger.name)} ON ${trigger.table};`;
}

/** A watch that comes back later begins anew: what happened meanwhile was not to be captured. */
function forgetState(trigger: FoundTrigger): string[] {
  const operation = trigger.name.replace('skene_', '');
  if (operation === 'rollup') return forgetRollup(trigger.watched);
  return [
    `DELETE FROM ${WATCH_STATE} WHERE table_name = ${quoteLiteral(trigger.watched)} AND operation = ${quoteLiteral(operation)};`,
  ];
}
