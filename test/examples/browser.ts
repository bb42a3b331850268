import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Debian's own: nothing is downloaded. */
const PROGRAM = '/usr/bin/chromium';

/** Nothing that a browser does on its own account, as no network is there for it. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Whether tests can have a browser. Without one, says what is not run; in CI they fail instead.
 * @param what the tests that need it.
 */
export function hasBrowser(what: string): boolean {
  if (process.env.CI || existsSync(PROGRAM)) return true;
  console.warn(`\n*** NOT RUN: ${what}: no Chromium is installed (${PROGRAM}).\n`);
  return false;
}

/** Starts a browser without a window. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: PROGRAM, headless: true, args: FLAGS });
}
