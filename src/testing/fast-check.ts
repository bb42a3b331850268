import * as fc from 'fast-check';
import type { Person, World } from './world.ts';

/** Something that somebody does, or that is told of them. Said twice with the same `nth`, it is the same thing told again. */
export interface Happening<TName extends string = string> {
  /** Who, from 0. */
  person: number;
  what: TName;
  /** Which time it is that they do it, from 0. */
  nth: number;
}

/** Time that passes: `5m`. */
export interface Pause {
  pause: string;
}

/** What happens in a world, one after another: plain data, so that fast-check can show and shrink it. */
export type EventOrder<TName extends string = string> = ReadonlyArray<Happening<TName> | Pause>;

/** What an order is made of. */
export interface EventOrderOptions<TName extends string> {
  /** The names of what may happen; `replay` is told what each is. */
  happenings: readonly TName[];
  /** How many people there are at most; 2 unless told. */
  people?: number;
  /** The times that may pass between two happenings; from a second to a week unless told. */
  pauses?: readonly string[];
  /** How many happenings and pauses an order has at most; 12 unless told. */
  longest?: number;
}

/** Makes one happening of an order happen. `key` is the same whenever the same thing is told again: the id of a webhook. */
export type Tell = (world: World, about: { person: Person; key: string }) => Promise<unknown>;

const USUAL_PAUSES = ['1s', '5m', '1h', '1d', '7d'];
/** How often somebody does the same; what is drawn more often is told again. */
const MOST_TIMES = 2;

/**
 * Orders in which things may happen to people, in turn and at once: in any sequence, late, some twice, some never. Everybody has signed up
 * before something is told of them.
 */
export function eventOrders<TName extends string>({
  happenings,
  people = 2,
  pauses = USUAL_PAUSES,
  longest = 12,
}: EventOrderOptions<TName>): fc.Arbitrary<EventOrder<TName>> {
  const happening: fc.Arbitrary<Happening<TName>> = fc.record({
    person: fc.nat({ max: people - 1 }),
    what: fc.constantFrom(...happenings),
    nth: fc.nat({ max: MOST_TIMES - 1 }),
  });
  const pause: fc.Arbitrary<Pause> = fc.record({ pause: fc.constantFrom(...pauses) });
  return fc.array(fc.oneof({ weight: 3, arbitrary: happening }, { weight: 1, arbitrary: pause }), {
    minLength: 1,
    maxLength: longest,
  });
}

/** What each happening of an order is; `signUp` where a row of the users table needs more than an address and a name. */
export type Tellings<TName extends string> = Readonly<Record<TName, Tell>> & {
  readonly signUp?: (world: World) => Promise<Person>;
};

/**
 * Lets an order happen in a world. Who is mentioned for the first time signs up.
 * @param tell what each of the happenings is: a row, a webhook, an event of the app.
 * @returns who signed up, in this order.
 */
export async function replay<TName extends string>(
  world: World,
  order: EventOrder<TName>,
  tell: Tellings<TName>,
): Promise<Person[]> {
  const { signUp = () => world.signUp() } = tell;
  const people = new Map<number, Person>();
  for (const move of order) {
    if ('pause' in move) {
      await world.advance(move.pause);
      continue;
    }
    const person = people.get(move.person) ?? (await signUp(world));
    people.set(move.person, person);
    await tell[move.what](world, { person, key: `${move.what}-${move.person}-${move.nth}` });
  }
  return [...people.values()];
}
