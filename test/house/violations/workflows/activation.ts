import type { Loop } from '../src/index.ts';
import { defineLoop } from '../src/index.ts'; // reported: outside
import { run } from '../src/runtime/index.ts';
import { verb } from '../src/runtime/run.ts'; // reported: outside
import { sendLater } from './send-later.ts';
import * as z from 'zod'; // reported: package
export const schedule = [defineLoop, run, verb, sendLater, z] as unknown as Loop;
