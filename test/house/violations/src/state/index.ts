import { remember } from './remember.ts';
export { remember };
export const track = remember;
export interface State {}
