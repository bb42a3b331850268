/** Makes one world after another, and tests a loop in each: `measure-worlds.ts <worlds>` prints how long each part took, as JSON on its last line. */
import { defineLoop } from '../../src/index.ts';
import { createWorld } from '../../src/testing/index.ts';

/** What one world took, in milliseconds. */
export interface WorldTimes {
  /** Until it was there. */
  made: number;
  /** From a sign-up to the email, which follows on what the loop waits for. */
  met: number;
  /** From the sign-up of somebody who does nothing to the end of the run, thirty days later. */
  timedOut: number;
}

const config = defineLoop({
  id: 'welcome',
  type: 'activation',
  opinion: 'Whoever creates a first project stays.',
  steps: [
    {
      trigger: { type: 'database', table: 'users', event: 'insert' },
      condition: {
        type: 'query',
        query: `SELECT * FROM user_actions WHERE user_id = $1 AND action_type = 'first_project_created'`,
        timeout: '30d',
      },
      action: {
        type: 'email',
        template: 'activation_welcome',
        personalization: { name: '{{user.name}}', activationLink: '{{user.activation_link}}' },
      },
    },
  ],
});

/** @throws {Error} where the loop did not do what is measured. */
async function testInWorld(): Promise<WorldTimes> {
  const begun = performance.now();
  const world = await createWorld({ config });
  const made = performance.now();
  const ada = await world.signUp({ name: 'Ada', activation_link: 'https://example.com/start' });
  await world.rows('user_actions').insert({ user_id: ada.id, action_type: 'first_project_created' });
  const met = performance.now();
  await world.signUp();
  await world.advance('30d');
  const ended = performance.now();
  const { timed_out: ends } = await world.counts('welcome');
  if (world.emails.length !== 1 || ends !== 1)
    throw new Error(
      `${world.emails.length} emails and ${ends} runs out of time, where one of each is measured.`,
    );
  await world.close();
  return { made: made - begun, met: met - made, timedOut: ended - met };
}

const times: WorldTimes[] = [];
for (let world = Number(process.argv[2]); world > 0; world -= 1) times.push(await testInWorld());
console.log(JSON.stringify(times));
