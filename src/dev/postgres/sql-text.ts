/** What a statement that was run may have done to its session, read from its text: the protocol does not say it. */

/** A LISTEN or UNLISTEN; `*` stands for all channels. */
export interface Subscription {
  kind: 'listen' | 'unlisten';
  channel: string;
}

const SUBSCRIPTION = /\b(listen|unlisten)\s+("(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*|\*)/giu;

/** Each LISTEN and UNLISTEN in a text, with channels as PostgreSQL names them. */
export function subscriptionsIn(sql: string): Subscription[] {
  return [...sql.matchAll(SUBSCRIPTION)].map(([, verb = '', name = '']) => ({
    kind: verb.toLowerCase() === 'listen' ? 'listen' : 'unlisten',
    channel: name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase(),
  }));
}

/** `set_config(..., true)` ends with its transaction; any other lasts. */
const LASTING_SET_CONFIG = /\bset_config\s*\((?![^()]*,\s*true\s*\))/i;

/** Whether a text sets something for the whole session by function. (The statement SET shows in its command tag.) */
export function setsConfig(sql: string): boolean {
  return LASTING_SET_CONFIG.test(sql);
}

const OWN_SETTING = /(?:\bset\s+(?:session\s+)?|\bset_config\s*\(\s*')([a-z_]\w*\.[\w.]+)/gi;

/** Names of settings of the application's own (`app.user_id`), which PostgreSQL does not list. */
export function ownSettingsIn(sql: string): string[] {
  return [...sql.matchAll(OWN_SETTING)].map(([, name = '']) => name.toLowerCase());
}

/** Whether a text is one PREPARE and nothing else: only that may be run again. */
export function isPrepareAlone(sql: string): boolean {
  return /^\s*prepare\b[^;]*;?\s*$/i.test(sql);
}

const COPY_IN = /(?:^|;)(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*copy\b[^;]*\bfrom\s+stdin\b/i;

/** Whether a text is a COPY that takes rows from the client. */
export function copiesIn(sql: string): boolean {
  return COPY_IN.test(sql);
}

/** What outlives a transaction and belongs to no session that the one backend could tell from another, and how it is taken away. */
export const LEFTOVERS = [
  { kind: 'temporary tables', seen: /\btemp(?:orary)?\b/i, swept: 'DISCARD TEMP' },
  { kind: 'advisory locks', seen: /\bpg_(?:try_)?advisory_lock/i, swept: 'SELECT pg_advisory_unlock_all()' },
] as const;
