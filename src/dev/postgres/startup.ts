import { type Message, writeMessage } from './messages.ts';

/** What a client asks for first, before messages have a type. */
export type Opening =
  | { kind: 'encryption' }
  /** To cancel what the session with this key runs. */
  | { kind: 'cancel'; key: string }
  | { kind: 'start'; minor: number; parameters: Map<string, string> }
  | { kind: 'unknown' };

/** PostgreSQL's own limit for the first packet. */
const LONGEST_OPENING = 10_000;

/** Numbers that stand where a version would be. */
const CANCEL = 80877102;
const ENCRYPTION = [80877103, 80877104];

/** Reads the first packet. `undefined` while there is more to come. */
export function readOpening(bytes: Buffer): { opening: Opening; length: number } | undefined {
  if (bytes.length < 8) return undefined;
  const length = bytes.readInt32BE(0);
  if (length < 8 || length > LONGEST_OPENING) return { opening: { kind: 'unknown' }, length: bytes.length };
  if (bytes.length < length) return undefined;
  const version = bytes.readInt32BE(4);
  if (ENCRYPTION.includes(version)) return { opening: { kind: 'encryption' }, length };
  if (version === CANCEL)
    return { opening: { kind: 'cancel', key: bytes.toString('hex', 8, length) }, length };
  if (version >>> 16 !== 3) return { opening: { kind: 'unknown' }, length };
  const texts = bytes.toString('utf8', 8, length).split('\0');
  const parameters = new Map<string, string>();
  for (let at = 0; at + 1 < texts.length && texts[at] !== ''; at += 2) {
    parameters.set(texts[at] ?? '', texts[at + 1] ?? '');
  }
  return { opening: { kind: 'start', minor: version & 0xffff, parameters }, length };
}

/** Parameters of the first packet that are no settings. */
const NOT_SETTINGS = new Set(['user', 'database', 'replication', 'options']);

/** The settings that a client begins its session with. */
export function settingsOf(parameters: ReadonlyMap<string, string>): Map<string, string> {
  const settings = new Map(
    [...parameters].filter(([name]) => !NOT_SETTINGS.has(name) && !name.startsWith('_pq_.')),
  );
  const options = parameters.get('options') ?? '';
  for (const [, name = '', value = ''] of options.matchAll(/(?:-c\s*|--)([\w.-]+)=((?:\\.|\S)*)/g)) {
    settings.set(name.replaceAll('-', '_'), value.replaceAll(/\\(.)/g, '$1'));
  }
  return settings;
}

/** What a client that asks for a later version of the protocol, or for extensions of it, is told: 3.0, and none. */
export function negotiation(minor: number, parameters: ReadonlyMap<string, string>): Message | undefined {
  const extensions = [...parameters.keys()].filter((name) => name.startsWith('_pq_.'));
  if (minor === 0 && extensions.length === 0) return undefined;
  return writeMessage('v', 0x30000, extensions.length, ...extensions);
}
