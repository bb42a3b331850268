import { afterEach, describe, expect, it } from 'vitest';
import '../../../src/testing/vitest.ts';
import type { LoopInput } from '../../../src/index.ts';
import { createWorld, skeneMatchers, type World } from '../../../src/testing/index.ts';
import { activation, step } from '../loops/activation.ts';

let world: World;
afterEach(() => world.close());

const action = {
  ...step.action,
  personalization: { name: '{{user.name}}', activationLink: 'https://example.com/start' },
};
const loopWith = (changes: Partial<LoopInput['steps'][number]>): LoopInput => ({
  ...activation,
  steps: [{ ...step, action, ...changes }],
});
const project = (user: { id: string }) =>
  world.rows('user_actions').insert({ user_id: user.id, action_type: 'first_project_created' });

/** What the reader of a test that fails is told. */
function messageFor(address: string): string {
  const { pass, message } = skeneMatchers.toHaveEmailed(world, address);
  expect(pass).toBe(false);
  return message();
}

describe('a test of a wrong loop fails, and says', () => {
  it('that a run waits, and how to go on', async () => {
    world = await createWorld({ config: loopWith({}) });
    const ada = await world.signUp({ email: 'ada@example.com' });
    expect(messageFor(ada.email)).toBe(`\
There was to be an email to ada@example.com; there is none. In the inbox:
  nothing
The loops say:
  "welcome" waits for ada@example.com (1), 5m at most, and does nothing until then. Do what its condition asks for, or await world.advance('5m').`);
    const { message } = await skeneMatchers.toHaveOutcome(world, 'sent', { subject: ada.id });
    expect(message()).toBe(`\
A run for 1 was to come to "sent". The runs came to:
  welcome for 1: started
The loops say:
  "welcome" waits for ada@example.com (1), 5m at most, and does nothing until then. Do what its condition asks for, or await world.advance('5m').`);
  });

  it('that nothing is done when the time is up, and which branch is missing', async () => {
    world = await createWorld({ config: loopWith({}) });
    const ada = await world.signUp({ email: 'ada@example.com' });
    await world.advance('5m');
    expect(messageFor(ada.email)).toBe(`\
There was to be an email to ada@example.com; there is none. In the inbox:
  nothing
The loops say:
  "welcome" waited for ada@example.com (1) until its time was up. No step has an \`otherwise\`, so nothing is done then: write one if something should be.`);
  });

  it('which variable a template lacks, and in which place', async () => {
    const personalization = { ...action.personalization, name: '{{ user.nickname }}' };
    world = await createWorld({ config: loopWith({ action: { ...action, personalization } }) });
    const ada = await world.signUp({ email: 'ada@example.com' });
    await project(ada);
    expect(messageFor(ada.email)).toBe(`\
There was to be an email to ada@example.com; there is none. In the inbox:
  nothing
The loops say:
  "welcome" failed for ada@example.com (1): The personalization "name" of template "activation_welcome" needs "user.nickname", which has no value.`);
  });

  it('that an address must not be mailed, and why', async () => {
    world = await createWorld({ config: loopWith({}) });
    await world.webhook.resend('email.complained', { to: ['ada@example.com'] });
    const ada = await world.signUp({ email: 'ada@example.com' });
    await project(ada);
    expect(messageFor(ada.email)).toBe(`\
There was to be an email to ada@example.com; there is none. In the inbox:
  nothing
The loops say:
  "welcome" sent nothing to ada@example.com (1): the address must not be mailed (complained).`);
  });

  it('that no loop begins with what happened', async () => {
    world = await createWorld({
      config: loopWith({ trigger: { type: 'event', name: 'project.created' } }),
    });
    const ada = await world.signUp({ email: 'ada@example.com' });
    await world.track({ name: 'project_created', subject: ada.id });
    expect(messageFor(ada.email)).toBe(`\
There was to be an email to ada@example.com; there is none. In the inbox:
  nothing
The loops say:
  No run was started. What happened: project_created. The loops: welcome.`);
  });

  it('who was mailed in their place', async () => {
    world = await createWorld({ config: loopWith({}) });
    const [ada, bob] = [await world.signUp({ name: 'Ada', email: 'ada@example.com' }), await world.signUp()];
    await project(ada);
    await world.advance('5m');
    const { message } = skeneMatchers.toHaveEmailed(world, bob.email);
    expect(message()).toContain(
      '"Welcome, Ada: your first step" to ada@example.com\nThe loops say:\n  "welcome" waited for person-2',
    );
    expect(() => expect(world).not.toHaveEmailed(ada.email)).toThrow(
      'There was not to be an email to ada@example.com. There is:\n  "Welcome, Ada: your first step" to ada@example.com',
    );
  });
});
