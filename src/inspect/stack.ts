import type { Package } from './manifests.ts';
import type { Auth, DatabaseKind, Finding, Framework } from './model.ts';
import type { Repository } from './repository.ts';

/** What the packages and the layout of folders say that an application stands on. */
export interface Stack {
  frameworks: Array<Finding<Framework> & { folder: string }>;
  databases: Array<Finding<DatabaseKind>>;
  auth: Array<Finding<Auth>>;
  billing: Array<Finding<'stripe' | 'other'>>;
  email: Array<Finding<'resend' | 'other'>>;
}

/** Packages that stand for something; a name that ends with `/` is a scope. */
type Signs<T extends string> = Readonly<Record<string, T>>;

const FRAMEWORKS: Signs<Framework | 'next'> = {
  next: 'next',
  '@nestjs/core': 'nestjs',
  fastapi: 'fastapi',
  express: 'express',
  hono: 'hono',
};

const DATABASES: Signs<DatabaseKind> = {
  pg: 'postgres',
  postgres: 'postgres',
  'pg-promise': 'postgres',
  slonik: 'postgres',
  psycopg: 'postgres',
  psycopg2: 'postgres',
  'psycopg2-binary': 'postgres',
  asyncpg: 'postgres',
  '@neondatabase/serverless': 'neon',
  '@vercel/postgres': 'neon',
  '@planetscale/database': 'planetscale',
  mysql: 'mysql',
  mysql2: 'mysql',
  mariadb: 'mysql',
  pymysql: 'mysql',
  aiomysql: 'mysql',
  asyncmy: 'mysql',
  mysqlclient: 'mysql',
  'mysql-connector-python': 'mysql',
  '@upstash/redis': 'upstash-redis',
  'upstash-redis': 'upstash-redis',
  mongodb: 'other',
  mongoose: 'other',
  pymongo: 'other',
  'better-sqlite3': 'other',
  '@libsql/client': 'other',
};

const AUTH: Signs<Auth> = {
  '@clerk/': 'clerk',
  'next-auth': 'nextauth',
  '@auth/': 'nextauth',
  'better-auth': 'other',
  '@supabase/ssr': 'other',
  passport: 'other',
};

const BILLING: Signs<'stripe' | 'other'> = {
  stripe: 'stripe',
  '@paddle/': 'other',
  '@lemonsqueezy/': 'other',
  '@polar-sh/sdk': 'other',
};

const EMAIL: Signs<'resend' | 'other'> = {
  resend: 'resend',
  nodemailer: 'other',
  postmark: 'other',
  '@sendgrid/mail': 'other',
  sendgrid: 'other',
};

/** Reads the stack from what the packages ask for. */
export function readStack(packages: readonly Package[], repository: Repository): Stack {
  return {
    frameworks: packages.flatMap((found) => frameworksOf(found, repository)),
    databases: findingsOf(packages, DATABASES),
    auth: findingsOf(packages, AUTH),
    billing: findingsOf(packages, BILLING),
    email: findingsOf(packages, EMAIL),
  };
}

function findingsOf<T extends string>(packages: readonly Package[], signs: Signs<T>): Array<Finding<T>> {
  const findings = new Map<T, Finding<T>>();
  for (const { name, file, line } of packages.flatMap(({ dependencies }) => dependencies)) {
    const what = signOf(name, signs);
    if (what === undefined) continue;
    const found = findings.get(what) ?? { what, confidence: 'certain', evidence: [] };
    found.evidence.push({ file, line, why: `asks for ${name}` });
    findings.set(what, found);
  }
  return [...findings.values()];
}

function signOf<T extends string>(name: string, signs: Signs<T>): T | undefined {
  const scope = name.startsWith('@') ? `${name.split('/', 1)[0]}/` : name;
  return Object.hasOwn(signs, name) ? signs[name] : Object.hasOwn(signs, scope) ? signs[scope] : undefined;
}

function frameworksOf(found: Package, repository: Repository): Stack['frameworks'] {
  const { folder } = found;
  return findingsOf([found], FRAMEWORKS).flatMap(({ what, ...finding }): Stack['frameworks'] =>
    what === 'next'
      ? nextRouters(folder, repository).map(({ router, file }) => ({
          ...finding,
          what: router,
          folder,
          evidence:
            file === undefined
              ? finding.evidence
              : [...finding.evidence, { file, line: 1, why: 'lies in it' }],
        }))
      : [{ ...finding, what, folder }],
  );
}

/** An app may have both routers. One that has neither yet would be begun with the App Router. */
function nextRouters(
  folder: string,
  { files }: Repository,
): Array<{ router: Framework; file: string | undefined }> {
  const within = folder === '' ? '' : `${folder}/`;
  const fileBelow = (router: string) =>
    files.find((file) =>
      [`${within}${router}/`, `${within}src/${router}/`].some((start) => file.startsWith(start)),
    );
  const [app, pages] = [fileBelow('app'), fileBelow('pages')];
  return [
    ...(app !== undefined || pages === undefined ? [{ router: 'next-app' as const, file: app }] : []),
    ...(pages === undefined ? [] : [{ router: 'next-pages' as const, file: pages }]),
  ];
}
