import {
  type Column,
  type Inspection,
  type ListedFinding,
  listFindings,
  type Table,
} from '../inspect/index.ts';
import { grammar } from './grammar.ts';
import { shownPlace } from './question.ts';

/** More tables than this are named without their columns. */
const MOST_TABLES = 40;

const SECTION = { begin: '<!-- skene:begin -->', end: '<!-- skene:end -->' };

/**
 * The instruction for a coding assistant: what was found, how the language goes, and how to know that it is done. The same repository gives
 * the same text.
 */
export function assistantPrompt(inspection: Inspection): string {
  const { installed, app } = inspection;
  const config = installed.config ?? `${app === '' ? '' : `${app}/`}skene.config.ts`;
  return [
    '# Growth loops with Skene',
    '',
    `Skene runs the loops that \`${config}\` declares: what starts one, what it waits for, what it does. Your task is to ${installed.config === undefined ? 'write' : 'finish'} that file for this application, so that \`npx skene check\` finds no error.`,
    '',
    '## How to go about it',
    '',
    ...STEPS.map((step, index) => `${index + 1}. ${step}`),
    '',
    '## What this repository says',
    '',
    'Read from its files, without running anything. `certain` is what a file says itself; look at the place of everything else before you rely on it.',
    '',
    ...listFindings(inspection).map(findingLine),
    ...inspection.problems.map((problem) => `- could not be read: ${shownPlace(problem)} ${problem.why}`),
    '',
    ...tablesSection(inspection.tables),
    '## The language, exactly',
    '',
    "`export default defineLoop(loop: Loop)` or `export default defineConfig(config: Config)`, from '@skene/sdk'. No other keys exist.",
    '',
    '```ts',
    grammar(),
    '```',
    '',
    '## What its parts mean',
    '',
    ...RULES.map((rule) => `- ${rule}`),
    '',
  ].join('\n');
}

const STEPS = [
  'Find the moment at which a user of this product first has what they came for. Ask, if the code does not tell; do not guess.',
  'Write the loop with the real names of tables and columns below. Quote names in SQL where the database needs it.',
  'Run `npx skene check` and mend what it names: it says where, and what to write instead.',
  'Run `npx skene plan` and read whether it says what was meant.',
  'Put the email into `emails/<template>.md`, in the words of this product.',
];

const RULES = [
  'A `query` is one SELECT that only reads. `$1` is the id of the user, in every dialect. It is met when it answers with a row; the run sleeps until a row is written that could make it so, or until `timeout`.',
  'Under a `schedule` a query has no `$1`: its rows are the users the loop is for, and it selects their id.',
  "A `database` trigger needs PostgreSQL, Neon, MySQL, PlanetScale or Upstash Redis. What no table shows is sent with `track({ name, subject })` of @skene/sdk and waited for with `{ type: 'event', name }`.",
  '`usage` goes with an `api` trigger and a `block`; `activity` with a `schedule`.',
  'Liquid in `personalization` speaks of `user` (the row of the users table), `row` (the row that matched) and `event`. A value that is missing and has no default ends the run before anything is sent: write `{{user.name | default: ""}}` for what may be empty.',
  'Never write a secret or the value of a variable into the config: `url` is the name of a variable.',
];

function findingLine({ subject, what, confidence, evidence }: ListedFinding): string {
  return `- ${subject}: **${what}** (${confidence}): ${evidence.map((one) => `${shownPlace(one)} ${one.why}`).join('; ')}`;
}

function tablesSection(tables: readonly Table[]): string[] {
  if (tables.length === 0) return [];
  const lines = tables
    .slice(0, MOST_TABLES)
    .map(
      (table) =>
        `- \`${table.name}\` (${shownPlace(table.place)}): ${table.columns.map(columnText).join(', ')}`,
    );
  const rest = tables.slice(MOST_TABLES).map(({ name }) => `\`${name}\``);
  return ['### Tables', '', ...lines, ...(rest.length === 0 ? [] : [`- and ${rest.join(', ')}`]), ''];
}

function columnText({ name, kind, references }: Column): string {
  return `${name} ${kind}${references === undefined ? '' : ` -> ${references.table}`}`;
}

/** The same as a rule file of Cursor, which is read when the config, a template or a schema is open. */
export function cursorRule(inspection: Inspection): string {
  return [
    '---',
    'description: Growth loops in skene.config.ts: the language, and what this repository says',
    'globs: skene.config.*,emails/**',
    'alwaysApply: false',
    '---',
    '',
    assistantPrompt(inspection),
  ].join('\n');
}

/** Puts a section into a file between Skene's markers: in the place of the one that is there, else at the end. The rest stays as it is. */
export function mergeSection(file: string, section: string): string {
  const marked = `${SECTION.begin}\n${section.trim()}\n${SECTION.end}`;
  const [start, end] = [file.indexOf(SECTION.begin), file.indexOf(SECTION.end)];
  if (start !== -1 && end > start)
    return file.slice(0, start) + marked + file.slice(end + SECTION.end.length);
  return file.trim() === '' ? `${marked}\n` : `${file.trimEnd()}\n\n${marked}\n`;
}
