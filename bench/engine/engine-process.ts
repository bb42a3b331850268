/**
 * Measures one engine in a process of its own: `engine-process.ts <module> <what> <load as JSON>`, where what is `load` or `growth`.
 * Prints the figures as JSON on its last line.
 */
import { pathToFileURL } from 'node:url';
import type { OpenEngine } from './engine.ts';
import { measureGrowth } from './growth.ts';
import { measureEngine } from './measure.ts';

const [module = '', what = '', load = ''] = process.argv.slice(2);
const { open } = (await import(pathToFileURL(module).href)) as { open: OpenEngine };
const measure = what === 'growth' ? measureGrowth : measureEngine;
const figures = await measure(open, JSON.parse(load));
console.log(JSON.stringify(figures));
process.exit();
