import type { Terminal } from './terminal.ts';

const EVERY_MS = 1_000;

/** Says how far something is, once a second: on standard error, so that a pipe does not take it. */
export function createProgress({ note }: Terminal): (text: string) => void {
  let said = performance.now();
  return (text) => {
    if (performance.now() - said < EVERY_MS) return;
    said = performance.now();
    note(text);
  };
}
