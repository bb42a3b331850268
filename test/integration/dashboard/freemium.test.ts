import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sessionCookie } from '../../../src/server/dashboard-session.ts';
import type { World } from '../../../src/testing/index.ts';
import { openEmpty } from './lived-in.ts';

let world: World;
beforeEach(async () => {
  world = await openEmpty();
});
afterEach(() => world.close());

async function loops(query = '?page=loops'): Promise<string> {
  const cookie = sessionCookie('skene-dev-secret', { now: Date.now(), isSecure: false }).split(';')[0] ?? '';
  return (await fetch(`${world.stack.urls.functions}/api/dashboard${query}`, { headers: { cookie } })).text();
}

/** Uses something up, and answers with what the gate said last. */
async function use(subject: string, times: number): Promise<unknown> {
  let answer: { allowed?: boolean } = {};
  for (let call = 0; call < times; call++) {
    const response = await fetch(`${world.stack.urls.functions}/api/gate`, {
      method: 'POST',
      headers: { authorization: 'Bearer skene-dev-secret', 'content-type': 'application/json' },
      body: JSON.stringify({ action: 'take', subject, method: 'POST', path: '/api/features/export' }),
    });
    answer = (await response.json()) as typeof answer;
  }
  await world.settle();
  return answer.allowed;
}

describe('the dashboard of a loop that limits', () => {
  it('shows who was blocked by day, how long they took to pay, and what they have used', async () => {
    const { id } = await world.signUp();
    expect(await use(id, 4)).toBe(false);
    expect(await loops()).toMatch(/free-limit[\s\S]*class="blocked"[\s\S]*<td class="number">1<\/td><\/tr>/);
    expect(await loops(`?page=people&id=${id}`)).toMatch(
      /on the plan free[\s\S]*<td class="number">3<\/td><td class="number">3</,
    );
    await world.advance('2d');
    world.stack.stripe.subscribe({ customer: `cus_${id}`, plan: 'paid' });
    await world.webhook.stripe('checkout.session.completed', {
      id: 'cs_1',
      object: 'checkout.session',
      mode: 'subscription',
      client_reference_id: id,
      customer: `cus_${id}`,
      customer_details: { email: 'a@example.com' },
    });
    expect(await loops()).toMatch(
      /From the limit to paying[\s\S]*who reached the goal did within <strong>3d</,
    );
  });
});
