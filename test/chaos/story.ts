import type { App } from './app.ts';
import { createApp, GATES } from './app.ts';
import { LIMIT } from './loops.ts';
import { pause } from './network.ts';
import { createOperator, type Operator } from './operator.ts';
import { createSender, customerOf, type Sender } from './sender.ts';
import { closeBooks, type UsageBooks } from './usage.ts';
import type { ChaosWorld } from './world.ts';

/** Somebody who uses the app. */
export interface Person {
  id: string;
  email: string;
  isDormant: boolean;
  /** Creates a first project within the five minutes. */
  acts: boolean;
  /** Creates a project in the two days of the trial. */
  succeeds: boolean;
  /** Calls the features behind the gates. */
  calls: boolean;
  subscribes: boolean;
}

/** A story that has been lived through. */
export interface Story {
  people: readonly Person[];
  app: App;
  operator: Operator;
  sender: Sender;
  usage: UsageBooks;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const BATCHES = 6;
/** How often the features are called in a storm: so many times, with time for an outage to end between. */
const GATE_ROUNDS = [5, 5, 4];
/** For how long a gate leaves a Redis alone that has not answered; a little more. */
const OUTAGE_MS = 1_100;

/** What QStash does to its own deliveries in a storm, and how likely. */
const QUEUE_FAULTS = ['fail', 'delay', 'double', 'reorder', 'lose-answer'] as const;
const QUEUE_FAULT_CHANCE = 0.03;

/** Lets people live with the app for days: stormy ones, and then calm ones. */
export async function live(
  world: ChaosWorld,
  { people: peopleCount, stormHours = 48 }: { people: number; stormHours?: number | undefined },
): Promise<Story> {
  const { plan } = world;
  const sender = createSender(world);
  const app = createApp(world);
  const operator = createOperator({ env: world.env, urls: { qstash: world.variables.QSTASH_URL ?? '' } });
  const people: Person[] = [];
  const chance = (name: string, share: number): boolean => plan.roll(`story ${name}`) < share;

  async function signUp(index: number): Promise<Person> {
    const email = `person-${index}@example.com`;
    const isDormant = chance(`dormant ${index}`, 0.3);
    const [row] = await world.sql(
      'INSERT INTO users (email, name, is_dormant) VALUES ($1, $2, $3) RETURNING id',
      [email, `Person ${index}`, isDormant],
    );
    const person = {
      id: String(row?.id),
      email,
      isDormant,
      acts: chance(`acts ${index}`, 0.5),
      succeeds: chance(`succeeds ${index}`, 0.6),
      calls: index % 6 === 0,
      subscribes: index % 4 === 0,
    };
    people.push(person);
    return person;
  }

  async function drain(): Promise<void> {
    // The database goes by the machine's clock: what was leased to a process that ended is free again when time has passed.
    await world.sql(`UPDATE skene_outbox SET leased_until = NULL`);
    await world.callForDrain();
  }

  function storm(isStormy: boolean): void {
    plan.isStormy = isStormy;
    const { faults } = world.qstash;
    for (const { action, hits, id } of faults.list())
      for (let hit = 0; hit < hits; hit++) plan.note(`qstash delivers: ${action}`, id);
    faults.clear();
    if (!isStormy) return;
    for (const [index, action] of QUEUE_FAULTS.entries())
      faults.add({ action, probability: QUEUE_FAULT_CHANCE, seed: world.seed + index, delayMs: 90_000 });
  }

  async function arrive(): Promise<void> {
    const each = Math.ceil(peopleCount / BATCHES);
    for (let batch = 0; batch < BATCHES; batch++) {
      if (batch === BATCHES / 2) await world.deploy('v2');
      const from = batch * each;
      const arrived: Person[] = [];
      for (let index = from; index < Math.min(from + each, peopleCount); index++)
        arrived.push(await signUp(index));
      await Promise.all([
        drain(),
        ...arrived.map((person) => sender.clerk({ ...person, name: 'Ada' })),
        ...arrived.map(({ id }) => sender.track({ id: `trial-${id}`, type: 'trial.started', subject: id })),
      ]);
      await world.advance(30_000);
      for (const { id } of arrived.filter(({ acts }) => acts))
        await world.sql(
          `INSERT INTO user_actions (user_id, action_type) VALUES ($1, 'first_project_created')`,
          [id],
        );
      await Promise.all([drain(), sender.flush()]);
      await world.advance(30_000 + Math.round(plan.roll(`batch ${batch}`) * 60_000));
    }
  }

  /**
   * Time goes by: rows are drained, senders come again, and every two hours somebody looks after what was given up. Who looks once a day only
   * would come too late for emails that may have gone out: Resend knows them for a day.
   */
  async function pass(ms: number, step = HOUR * 2): Promise<void> {
    for (let left = ms; left > 0; left -= step) {
      await Promise.all([drain(), sender.flush()]);
      await world.advance(Math.min(left, step));
      await operator.resumeAll();
    }
  }

  async function callFeatures(rounds: number): Promise<void> {
    const callers = people.filter(({ calls }) => calls);
    for (let round = 0; round < rounds; round++)
      await Promise.all(GATES.flatMap((gate) => callers.map(({ id }) => app.call(gate, id))));
  }

  storm(true);
  await arrive();
  await pass(2 * HOUR);
  for (const [index, rounds] of GATE_ROUNDS.entries()) {
    if (index > 0) await pause(OUTAGE_MS);
    await callFeatures(rounds);
  }
  // In fair weather everybody comes to the limit: whom a storm has stopped may have been given back what it had charged.
  storm(false);
  await pause(OUTAGE_MS);
  await callFeatures(LIMIT + 2);
  await world.settle();
  // A connection that the storm has cut, or a busy machine, may have left something to be told: it is after a later call.
  await pause(OUTAGE_MS);
  await callFeatures(1);
  await world.settle();
  const usage = await closeBooks(world);
  storm(true);
  await Promise.all(
    people
      .filter(({ succeeds }) => succeeds)
      .map(({ id }) => sender.track({ id: `project-${id}`, type: 'project.created', subject: id })),
  );
  await pass(6 * HOUR);
  for (const { id } of people.filter(({ subscribes }) => subscribes))
    world.stripe.subscribe({ customer: customerOf(id), plan: 'pro', amount: 2_000 });
  await Promise.all(
    people
      .filter(({ subscribes }) => subscribes)
      .flatMap(({ id: subject }) => [
        sender.stripe(`evt_paid_${subject}`, { subject, type: 'checkout.session.completed' }),
        sender.stripe(`evt_changed_${subject}`, { subject, type: 'customer.subscription.updated' }),
      ]),
  );
  await pass(stormHours * HOUR);
  storm(false);
  await world.sql(`UPDATE skene_outbox SET attempts = 0, leased_until = NULL`);
  await pass(DAY, 12 * HOUR);
  // Those who were stopped and do not subscribe are waited for until their period is over.
  await pass(8 * DAY, 4 * DAY);
  await world.settle();
  app.end();
  return { people, app, operator, sender, usage };
}
