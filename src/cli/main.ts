#!/usr/bin/env node
import { run } from './run.ts';
import { createTerminal } from './terminal.ts';
import { packageVersion } from './version.ts';

process.exitCode = await run(process.argv.slice(2), {
  terminal: createTerminal(),
  version: packageVersion(),
});
