/** Measures one engine in a process of its own: `engine-process.ts <module> <load as JSON>`. Prints the figures as JSON on its last line. */
import { pathToFileURL } from 'node:url';
import type { OpenEngine } from './engine.ts';
import { measureEngine } from './measure.ts';

const [module = '', load = ''] = process.argv.slice(2);
const { open } = (await import(pathToFileURL(module).href)) as { open: OpenEngine };
const figures = await measureEngine(open, JSON.parse(load));
console.log(JSON.stringify(figures));
process.exit();
