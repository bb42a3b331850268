import { long } from './config/index.ts';
import { hidden } from './config/hidden.ts';
export { track } from './state/index.ts'; // reported: up
export const entry = [long, hidden];
