import { actions } from '../actions/index.ts';
export const events = actions;
