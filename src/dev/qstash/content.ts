import { isUtf8 } from 'node:buffer';

/**
 * A body as it is kept and journalled: text as it is, anything that is not UTF-8 as base64 (the API shows the two as
 * `body` and `bodyBase64`).
 */
export interface Content {
  data: string;
  base64?: true | undefined;
}

/** Keeps the bytes of a body. */
export function toContent(bytes: Buffer): Content {
  return isUtf8(bytes) ? { data: bytes.toString('utf8') } : { data: bytes.toString('base64'), base64: true };
}

/** The bytes of a kept body. */
export function toBytes(content: Content): Buffer {
  return Buffer.from(content.data, content.base64 ? 'base64' : 'utf8');
}

/** A kept body in base64, the form in which callbacks and steps carry it. */
export function toBase64(content: Content): string {
  return content.base64 ? content.data : Buffer.from(content.data).toString('base64');
}

/** How many bytes a kept body has. */
export function countBytes(content: Content): number {
  return Buffer.byteLength(content.data, content.base64 ? 'base64' : 'utf8');
}
