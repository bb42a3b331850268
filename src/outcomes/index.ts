/** Floor 4: what runs came to: goals, experiments, uplift. */
export { shareOf } from './share-of.ts';
