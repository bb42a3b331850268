/** What comes in a month of 30 days. Shares are from 0 to 1. */
export interface Traffic {
  /** Users who sign up: each starts every loop that a row, an event or a webhook starts. */
  signups: number;
  /** How often a loop is started, by its id, where that is not once for each sign-up. */
  starts: Readonly<Record<string, number>>;
  /** Users there are. */
  users: number;
  /** The share of them who are in the audience of a loop that has a schedule. */
  dormant: number;
  /** The share of those whom a loop waits for who do it while it waits. */
  active: number;
  /** Requests to gated routes. */
  requests: number;
  /** The share of users who come to the end of what their plan allows. */
  blocked: number;
}

/** What is taken where nothing is said. */
export const USUAL_TRAFFIC: Readonly<Pick<Traffic, 'dormant' | 'active' | 'requests' | 'blocked'>> = {
  dormant: 0.05,
  active: 0.4,
  requests: 0,
  blocked: 0.01,
};
