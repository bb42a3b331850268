import { describe, expect, it } from 'vitest';
import type { Column, Inspection, Table, Users } from '../inspect/index.ts';
import { propose } from './propose.ts';

const place = { file: 'schema.sql', line: 1 };
const column = (name: string, kind: Column['kind'] = 'text'): Column => ({
  name,
  kind,
  nullable: false,
  place,
});

function table(name: string, ...columns: Column[]): Table {
  return { name, source: 'sql', dialect: 'postgres', columns, primaryKey: ['id'], place };
}

function usersWith(parts: Partial<Users>): Users {
  const users = table('users', column('id'), column('email'));
  return {
    table: users,
    confidence: 'certain',
    evidence: [],
    id: 'id',
    email: column('email'),
    name: undefined,
    lastActivity: undefined,
    mailedFlag: undefined,
    link: undefined,
    created: undefined,
    keyActions: [],
    usage: [],
    subscriptions: [],
    ...parts,
  };
}

function inspectionWith(parts: Partial<Inspection>): Inspection {
  const found = <T extends string>(what: T) => ({
    what,
    confidence: 'certain' as const,
    evidence: [{ ...place, why: 'asks' }],
  });
  return {
    root: '/app',
    app: '',
    apps: [''],
    stack: {
      frameworks: [{ ...found('next-app'), folder: '' }],
      databases: [found('postgres')],
      auth: [],
      billing: [found('stripe')],
      email: [],
    },
    tables: [],
    users: [],
    sources: [],
    variables: [],
    routes: [],
    installed: {
      config: undefined,
      mount: undefined,
      isGated: false,
      tellsOfWrites: false,
      example: undefined,
      templates: [],
      hasSdk: false,
    },
    isJavaScript: false,
    problems: [],
    ...parts,
  };
}

const configOf = (inspection: Inspection, answers = {}) => propose(inspection, answers).files[0]?.text ?? '';
const related = (name: string) => ({
  table: table(name),
  owner: column('user_id'),
  confidence: 'likely' as const,
  evidence: [],
});

describe('the loop that fits', () => {
  it('is freemium where use is counted and Stripe is paid, on the routes that answer POST', () => {
    const routes = ['/api/features/draw', '/api/features/*', '/api/profile'].map((endpoint) => ({
      endpoint,
      ...place,
    }));
    const inspection = inspectionWith({ users: [usersWith({ usage: [related('usage')] })], routes });
    expect(propose(inspection).loop).toBe('freemium');
    const text = configOf(inspection);
    expect(text).toContain("trigger: { type: 'api', endpoint: '/api/features/*', method: 'POST' }");
    expect(text).toContain('It is not certain. Or: /api/profile');
    expect(text).toContain('limit: { free: 100, paid: Infinity }');
    expect(configOf(inspection, { endpoint: '/api/profile' })).not.toContain('not certain');
  });

  it('says that no route was found, instead of naming one as if there were', () => {
    const text = configOf(inspectionWith({ users: [usersWith({ usage: [related('usage')] })] }));
    expect(text).toContain('No route was found that answers POST');
  });

  it('is retention where the users have a column for it, in the words of the database', () => {
    const users = usersWith({
      lastActivity: column('seenAt', 'time'),
      mailedFlag: column('winback_sent', 'boolean'),
    });
    expect(configOf(inspectionWith({ users: [users] }))).toContain(
      `SELECT * FROM users WHERE "seenAt" < NOW() - INTERVAL '7 days' AND winback_sent = false`,
    );
    const mysql = { ...users, table: { ...users.table, dialect: 'mysql' as const } };
    expect(configOf(inspectionWith({ users: [mysql] }))).toContain(
      'seenAt < NOW() - INTERVAL 7 DAY AND winback_sent = false',
    );
  });

  it('finds who has gone by what they did, where their own row does not say', () => {
    const log = { ...related('events'), action: column('name'), created: column('at', 'time'), values: [] };
    const users = usersWith({ keyActions: [log], created: column('created_at', 'time') });
    expect(configOf(inspectionWith({ users: [users] }), { loop: 'retention' })).toContain(
      `SELECT * FROM users u WHERE NOT EXISTS (SELECT 1 FROM events a WHERE a.user_id = u.id AND a.at > NOW() - INTERVAL '7 days') AND u.created_at < NOW() - INTERVAL '7 days'`.replace(
        '"at"',
        'at',
      ),
    );
  });

  it('is none where nobody could be written to, and that is said', () => {
    const { loop, obstacle, files } = propose(inspectionWith({ tables: [table('boards')] }));
    expect({ loop, files }).toEqual({ loop: undefined, files: [] });
    expect(obstacle).toContain('of 1 tables none has an address of email');
  });
});

describe('a database', () => {
  it('that nothing tells of is not said as a fact', () => {
    const seen = usersWith({ lastActivity: column('seen_at', 'time') });
    const users = { ...seen, table: { ...seen.table, dialect: undefined } };
    const inspection = inspectionWith({ users: [users] });
    const nameless = { ...inspection, stack: { ...inspection.stack, databases: [] } };
    expect(configOf(nameless)).toContain(
      '// Nothing says which database this is. Or: neon, mysql, planetscale',
    );
    expect(configOf(inspection)).not.toContain('Nothing says');
  });

  it('that loops cannot watch is the obstacle', () => {
    const { stack, ...inspection } = inspectionWith({ tables: [{ ...table('users'), dialect: 'other' }] });
    expect(propose({ ...inspection, stack }).obstacle).toContain('in a database that loops cannot watch');
  });
});

describe('what is left to do', () => {
  it('begins where the application is, and leaves out what is done', () => {
    const users = [usersWith({ lastActivity: column('seen_at', 'time') })];
    const inspection = inspectionWith({ app: 'apps/web', users });
    const frameworks = inspection.stack.frameworks.map((framework) => ({ ...framework, folder: 'apps/web' }));
    const inMonorepo = { ...inspection, stack: { ...inspection.stack, frameworks } };
    expect(propose(inMonorepo).nextSteps.slice(0, 3)).toEqual([
      'cd apps/web',
      'npm install @skene/sdk',
      'In package.json: "build": "skene build && next build"',
    ]);
    const installed = {
      ...inspection.installed,
      hasSdk: true,
      mount: 'apps/web/app/api/skene/[...path]/route.ts',
    };
    expect(propose({ ...inMonorepo, installed }).nextSteps).toEqual([
      'cd apps/web',
      'npx skene check',
      'npx skene dev',
    ]);
  });
});

describe('what is asked', () => {
  it('is only what is open, and an answer is taken', () => {
    const actions = ['boards', 'cards'].map((name) => ({
      ...related(name),
      action: undefined,
      created: undefined,
      values: [],
    }));
    const inspection = inspectionWith({ users: [usersWith({ keyActions: actions })] });
    const { questions } = propose(inspection);
    expect(questions.map(({ id }) => id)).toEqual(['action', 'link']);
    expect(configOf(inspection)).toContain('// Or: SELECT * FROM cards WHERE user_id = $1');
    const answered = configOf(inspection, { action: 'cards', link: 'https://example.com/new' });
    expect(answered).toContain("query: 'SELECT * FROM cards WHERE user_id = $1'");
    expect(answered).toContain("activationLink: 'https://example.com/new'");
    expect(answered).not.toContain('Or:');
  });
});

describe('a route', () => {
  it('lies beside the routes there are, below src/ where they are', () => {
    const users = [usersWith({ lastActivity: column('seen_at', 'time') })];
    const inspection = inspectionWith({ users });
    const inSource = {
      what: 'next-pages' as const,
      confidence: 'certain' as const,
      evidence: [{ file: 'src/pages/index.tsx', line: 1, why: '' }],
      folder: '',
    };
    const stack = { ...inspection.stack, frameworks: [inSource] };
    expect(propose({ ...inspection, stack }).files.map(({ path }) => path)).toContain(
      'src/app/api/skene/[...path]/route.ts',
    );
  });
});
