import { stableHash } from '../../events/index.ts';
import type { Watch } from '../../plan/index.ts';
import type { CaptureTrigger } from './capture-sql.ts';
import { quoteLiteral, quoteName, quoteTable } from './identifiers.ts';

/** The function that rolls activity up, how much each subject did on each day (of UTC), and since when each table is rolled up. */
export const ROLLUP_FUNCTION = 'public.skene_rollup';
export const ROLLUP = 'public.skene_activity_daily';
export const ROLLED_UP = 'public.skene_rolled_up';

/** How long the application's statement may wait for another that writes about the same subject on the same day. */
const LOCK_TIMEOUT_MS = 500;

const TABLES = [
  `\
-- How much each subject did on each day, for conditions of type activity.
CREATE TABLE IF NOT EXISTS ${ROLLUP} (
  table_name text NOT NULL,
  subject text NOT NULL,
  day date NOT NULL,
  actions bigint NOT NULL,
  PRIMARY KEY (table_name, subject, day)
);`,
  `\
-- Since when each table is rolled up, and when the time before that was added.
CREATE TABLE IF NOT EXISTS ${ROLLED_UP} (
  table_name text PRIMARY KEY,
  since timestamptz NOT NULL,
  filled_at timestamptz
);`,
  `ALTER TABLE ${ROLLUP} ENABLE ROW LEVEL SECURITY;`,
  `ALTER TABLE ${ROLLED_UP} ENABLE ROW LEVEL SECURITY;`,
];

/** Once for each statement of the application, however many rows it inserts; whatever goes wrong in it, that statement goes on. */
const FUNCTION = [
  `\
CREATE OR REPLACE FUNCTION ${ROLLUP_FUNCTION}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '${LOCK_TIMEOUT_MS}ms'
SET timezone = 'UTC'
AS $skene$
BEGIN
  EXECUTE format(
    'INSERT INTO ${ROLLUP} AS known (table_name, subject, day, actions)
     SELECT %1$L, %2$I::text, %3$I::date, count(*) FROM added WHERE %2$I IS NOT NULL AND %3$I IS NOT NULL
     GROUP BY 2, 3 ORDER BY 2, 3
     ON CONFLICT (table_name, subject, day) DO UPDATE SET actions = known.actions + excluded.actions',
    TG_ARGV[0], TG_ARGV[1], TG_ARGV[2]);
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  RAISE LOG 'skene: activity in % was not rolled up: %', TG_ARGV[0], SQLERRM;
  RETURN NULL;
END
$skene$;`,
  `REVOKE ALL ON FUNCTION ${ROLLUP_FUNCTION}() FROM PUBLIC;`,
];

/** The trigger that keeps the daily roll-up of a table, where its watch asks for one. COPY fires it, too. */
export function rollupTriggers({ table: name, rollup }: Watch): CaptureTrigger[] {
  if (rollup === undefined) return [];
  const table = quoteTable(name);
  const values = [name, rollup.subject, rollup.time].map(quoteLiteral).join(', ');
  const trigger = `\
CREATE OR REPLACE TRIGGER skene_rollup AFTER INSERT ON ${table}
REFERENCING NEW TABLE AS added FOR EACH STATEMENT
EXECUTE FUNCTION ${ROLLUP_FUNCTION}(${values});`;
  const mark = `skene:${stableHash([...TABLES, ...FUNCTION, trigger])}`;
  const since = `\
INSERT INTO ${ROLLED_UP} (table_name, since) VALUES (${quoteLiteral(name)}, clock_timestamp())
ON CONFLICT DO NOTHING;`;
  const comment = `COMMENT ON TRIGGER skene_rollup ON ${table} IS ${quoteLiteral(mark)};`;
  return [
    {
      name: 'skene_rollup',
      operation: 'insert',
      mark,
      statements: [...TABLES, ...FUNCTION, trigger, comment, since],
    },
  ];
}

/**
 * What adds the time before the trigger to a table's roll-up, once, in a transaction of its own: reading a large table takes long, and
 * locks nobody out. In the order of the key: a subject's days lie together then, and are read several times as fast. Nothing where no
 * roll-up is kept.
 */
export function fillRollup({ table: name, rollup }: Watch): string[] {
  if (rollup === undefined) return [];
  const [subject, time] = [quoteName(rollup.subject), quoteName(rollup.time)];
  return [
    `SET LOCAL timezone = 'UTC';`,
    `\
WITH unfilled AS (
  UPDATE ${ROLLED_UP} SET filled_at = now() WHERE table_name = ${quoteLiteral(name)} AND filled_at IS NULL RETURNING since
)
INSERT INTO ${ROLLUP} AS known (table_name, subject, day, actions)
SELECT ${quoteLiteral(name)}, ${subject}::text, ${time}::date, count(*)
FROM ${quoteTable(name)}, unfilled
WHERE ${subject} IS NOT NULL AND ${time} < since AND ${time} >= since - interval '${rollup.days} days'
GROUP BY 2, 3
ORDER BY 2, 3
ON CONFLICT (table_name, subject, day) DO UPDATE SET actions = known.actions + excluded.actions;`,
  ];
}

/** What forgets the roll-up of a table. */
export function forgetRollup(table: string): string[] {
  return [ROLLUP, ROLLED_UP].map(
    (known) => `DELETE FROM ${known} WHERE table_name = ${quoteLiteral(table)};`,
  );
}
