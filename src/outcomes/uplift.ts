/** How many of a group got there. */
export interface Proportion {
  successes: number;
  trials: number;
}

/** What being treated adds to the share that gets there, as a difference of shares, and the interval in which the truth lies with 95 %. */
export interface Uplift {
  difference: number;
  low: number;
  high: number;
}

/** The standard normal quantile that leaves 2.5 % on either side. */
const Z = 1.959963984540054;

/**
 * The difference of two shares by Newcombe's hybrid of Wilson's score intervals (method 10): it never leaves [-1, 1], says something sensible
 * when nobody or everybody got there, and covers the truth about as often as it says also for small counts.
 * @see Newcombe, Interval estimation for the difference between independent proportions, Statistics in Medicine 17, 1998
 * @returns nothing when one of the groups is empty.
 */
export function upliftOf(treated: Proportion, control: Proportion): Uplift | undefined {
  if (treated.trials <= 0 || control.trials <= 0) return undefined;
  const [one, other] = [treated, control].map(shareInterval) as [ShareInterval, ShareInterval];
  const difference = one.share - other.share;
  return {
    difference,
    low: difference - Math.hypot(one.share - one.low, other.high - other.share),
    high: difference + Math.hypot(one.high - one.share, other.share - other.low),
  };
}

/** A share, and the interval in which the truth lies with 95 %. */
export interface ShareInterval {
  share: number;
  low: number;
  high: number;
}

/** Wilson's score interval. @param proportion of at least one trial. */
export function shareInterval({ successes, trials }: Proportion): ShareInterval {
  const share = successes / trials;
  const spread = Z * Math.sqrt((share * (1 - share)) / trials + Z ** 2 / (4 * trials ** 2));
  const middle = share + Z ** 2 / (2 * trials);
  const scale = 1 + Z ** 2 / trials;
  return {
    share,
    low: successes === 0 ? 0 : (middle - spread) / scale,
    high: successes === trials ? 1 : (middle + spread) / scale,
  };
}
