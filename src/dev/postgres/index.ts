/**
 * The local PostgreSQL: PGlite behind the wire protocol and behind Neon's HTTP protocol. It is one backend that all connections share in
 * turn; each finds its settings, prepared statements and subscriptions again. What they cannot have apart: advisory locks exclude
 * nobody, temporary tables are seen by all until their connection ends, `pg_backend_pid()` is the same for all, and there is
 * one database. A connection that idles in a transaction while others wait is closed after 10 seconds.
 */
export { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts';
