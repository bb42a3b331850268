/** Floor 7: what the loops come to in a month: messages, Redis commands, invocations, emails and money. Pure. */

export { type Estimate, estimate } from './estimate.ts';
export { type PassCost, passCost } from './pass-cost.ts';
export { type PriceTable, parsePrices } from './prices.ts';
export type { Traffic } from './traffic.ts';
export { USUAL_PRICES } from './usual-prices.ts';
