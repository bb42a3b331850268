import type { Dialect } from '../sql/index.ts';

/** Where something was seen: a file from the folder that was looked at, with `/`, and a line from 1. */
export interface Place {
  file: string;
  line: number;
}

/** What was seen at a place, as the reason for a finding. */
export interface Evidence extends Place {
  why: string;
}

/** `certain`: it says so itself; `likely`: its name and shape say so; `possible`: somebody has to confirm it. */
export type Confidence = 'certain' | 'likely' | 'possible';

/** Something found in a repository, and why. */
export interface Finding<T extends string = string> {
  what: T;
  confidence: Confidence;
  evidence: Evidence[];
}

/** What an application may be built with. */
export type Framework = 'next-app' | 'next-pages' | 'nestjs' | 'fastapi' | 'express' | 'hono';
/** A database as `defineConfig` names it, or one that loops cannot watch. */
export type DatabaseKind = 'postgres' | 'neon' | 'planetscale' | 'mysql' | 'upstash-redis' | 'other';
/** Who signs users in. */
export type Auth = 'clerk' | 'nextauth' | 'other';

/** What sort of value a column holds, as far as loops care. */
export type ColumnKind = 'text' | 'number' | 'boolean' | 'time' | 'json' | 'uuid' | 'other';

/** A column, or a field of a Redis hash. */
export interface Column {
  /** As the database names it. */
  name: string;
  /** As the application's code names it, where that differs. */
  property?: string | undefined;
  kind: ColumnKind;
  nullable: boolean;
  references?: { table: string; column?: string | undefined } | undefined;
  /** The only values it may have. */
  values?: string[] | undefined;
  place: Place;
}

/** Where a table is declared: the first of these that has a table is believed. */
export type TableSource = 'prisma' | 'drizzle' | 'typeorm' | 'sqlalchemy' | 'alembic' | 'sql' | 'redis';

/** A table, as the repository declares it. */
export interface Table {
  /** As the database names it, with its schema in front unless that is `public`. */
  name: string;
  /** As the application's code names it: the model or the class. */
  model?: string | undefined;
  source: TableSource;
  /** The language of its database; `redis` for hashes, `other` for what no loop can watch, `undefined` when nothing says. */
  dialect: Dialect | 'redis' | 'other' | undefined;
  columns: Column[];
  primaryKey: string[];
  /** The key of a hash, where it is one: `users:{id}`. */
  key?: string | undefined;
  place: Place;
}

/** A package that a manifest asks for. */
export interface Dependency extends Place {
  name: string;
}

/** A file that could not be read, and why. */
export interface Unreadable extends Place {
  why: string;
}
