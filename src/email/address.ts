import { createHash } from 'node:crypto';

/** An address with the name of whom it belongs to. */
export interface Mailbox {
  name?: string | undefined;
  address: string;
}

/** RFC 5321 section 4.5.3.1: a path is at most 256 characters with its brackets. */
const LONGEST_ADDRESS = 254;
const LONGEST_LOCAL_PART = 64;
/** Display names are cut here: what is longer is no name, and header lines must stay below 998 characters. */
const LONGEST_NAME = 120;

/** RFC 5322 dot-atom: no quoted local parts and no comments, which mail providers refuse as well. */
const LOCAL_PART = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/i;

/** An address, or one between angle brackets after a name; only between quotes may a name have brackets itself. */
const MAILBOX = /^(?:(?<name>"(?:[^"\\]|\\[\s\S])*"\s*|[^<>]*)<(?<inner>[^<>\s]+)>|(?<bare>[^<>\s]+))$/;

/** Whether `text` is an address that can be mailed. Internationalised domains have to be in their ASCII form. */
export function isAddress(text: string): boolean {
  const at = text.lastIndexOf('@');
  if (at < 1 || at > LONGEST_LOCAL_PART || text.length > LONGEST_ADDRESS) return false;
  return LOCAL_PART.test(text.slice(0, at)) && DOMAIN.test(text.slice(at + 1));
}

/**
 * The key under which an address is suppressed: the SHA-256 of its lower-cased form, in base64url, so that the list
 * of suppressed addresses holds no address.
 */
export function addressKey(address: string): string {
  return createHash('sha256').update(address.trim().toLowerCase().normalize('NFC')).digest('base64url');
}

/** Reads `ada@example.com` or `Ada Lovelace <ada@example.com>`; `undefined` when it is neither. */
export function parseMailbox(text: string): Mailbox | undefined {
  const { name = '', inner, bare } = MAILBOX.exec(text.trim())?.groups ?? {};
  const address = inner ?? bare ?? '';
  if (!isAddress(address)) return undefined;
  const unquoted = /^"(.*)"$/s.exec(name.trim())?.[1]?.replace(/\\(.)/gs, '$1') ?? name;
  const plain = singleLine(unquoted);
  return plain === '' ? { address } : { name: plain, address };
}

/**
 * Writes a mailbox for a header: a name with characters that mean something in RFC 5322 is quoted, and one that would
 * reach into the next header line cannot.
 */
export function formatMailbox({ name, address }: Mailbox): string {
  const plain = singleLine(name ?? '').slice(0, LONGEST_NAME);
  if (plain === '') return address;
  return /^[\p{L}\p{M}\p{N} !#$%&'*+/=?^_`{|}~-]+$/u.test(plain)
    ? `${plain} <${address}>`
    : `"${plain.replace(/["\\]/g, '\\$&')}" <${address}>`;
}

/** Text that fits on one header line: control characters and line breaks become single spaces. */
export function singleLine(text: string): string {
  return withoutControls(text).replace(/\s+/g, ' ').trim();
}

/**
 * Removes what nobody types and what misleads readers: control characters but tab and line break, and the marks that
 * override or embed a writing direction (a name may be Arabic without them; with them it can turn the rest of its
 * line around).
 */
export function withoutControls(text: string): string {
  return text.replace(/[^\P{Cc}\t\n\r]/gu, ' ').replace(/[\u202a-\u202e\u2066-\u2069]/g, '');
}
