/** Floor 10: a loop over the rows of the last weeks, in virtual time, before it is deployed. */
export {
  type Backtest,
  type BacktestOptions,
  type BacktestProgress,
  backtest,
  type Mail,
  type Stop,
} from './backtest.ts';
export { compareBacktests, type Difference } from './compare.ts';
