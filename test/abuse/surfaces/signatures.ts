import fc from 'fast-check';
import { DEV_WEBHOOK_SECRETS } from '../../../src/dev/index.ts';
import { DEV_SIGNING_KEYS } from '../../../src/dev/qstash/index.ts';
import { signDelivery } from '../../../src/dev/qstash/signature.ts';
import { unsubscribeUrl, verifyUnsubscribe } from '../../../src/email/unsubscribe.ts';
import { createEnv, type Env } from '../../../src/env/index.ts';
import { createReceiver, verifyQStashRequest } from '../../../src/runs/index.ts';
import { isSignedIn, sessionCookie } from '../../../src/server/dashboard-session.ts';
import { readWebhook } from '../../../src/sources/webhook.ts';
import { type Signed, signClerk, signResend, signStripe } from '../../integration/webhooks/signed.ts';
import { hostileText } from '../hostile.ts';
import { fuzz, type Outcome, type Round, type Surface, together, tryAll } from '../surface.ts';

const SECRET = 'a-secret-of-the-tests-0123456789';
const env: Env = createEnv({ ...DEV_WEBHOOK_SECRETS, SKENE_SECRET: SECRET });
const QSTASH_URL = 'https://app.example.com/api/workflows/v1/activation';

/** Something that is proven by what comes with it: the parts that can be changed, and whether they are still taken. */
interface Proof {
  name: string;
  parts: Record<string, string>;
  isTaken: (parts: Record<string, string>) => Promise<boolean>;
}

const webhook = (provider: 'clerk' | 'stripe' | 'resend', { body, headers }: Signed): Proof => ({
  name: provider,
  parts: { ...headers, body, 'content-type': '' },
  isTaken: async ({ body: text = '', ...changed }) => {
    try {
      const delivery = {
        url: `https://app.example.com/${provider}`,
        headers: new Headers(changed),
        body: text,
      };
      await readWebhook(provider, delivery, { env, at: Date.now() });
      return true;
    } catch (error) {
      // What was verified and then not understood has been let in.
      return (error as { code?: string }).code === 'REQUEST_INVALID';
    }
  },
});

const qstash: Proof = {
  name: 'qstash',
  get parts() {
    const body = '{"version":1}';
    return { body, signature: signDelivery({ url: QSTASH_URL, body, key: DEV_SIGNING_KEYS.current }) };
  },
  isTaken: async ({ body = '', signature = '' }) => {
    try {
      await verifyQStashRequest(createReceiver(DEV_SIGNING_KEYS, QSTASH_URL), { body, signature });
      return true;
    } catch {
      return false;
    }
  },
};

const link: Proof = {
  name: 'unsubscribe link',
  parts: {
    token:
      new URL(
        unsubscribeUrl('https://app.example.com/api', SECRET, {
          subject: 'user-1',
          email: 'ada@example.com',
          loop: 'l',
        }),
      ).searchParams.get('token') ?? '',
  },
  isTaken: async ({ token = '' }) => verifyUnsubscribe(SECRET, token) !== undefined,
};

const session: Proof = {
  name: 'dashboard session',
  parts: { cookie: sessionCookie(SECRET, { now: Date.now(), isSecure: true }).split(';')[0] ?? '' },
  isTaken: async ({ cookie = '' }) =>
    isSignedIn(new Request('https://app.example.com', { headers: { cookie } }), SECRET, Date.now()),
};

const proofs = (): Proof[] => [
  webhook('clerk', signClerk({ type: 'user.created', data: { id: 'user_1' } })),
  webhook(
    'stripe',
    signStripe({ id: 'evt_1', type: 'invoice.paid', created: 1, data: { object: { id: 'in_1' } } }),
  ),
  webhook('resend', signResend({ type: 'email.opened', data: { to: 'ada@example.com' } })),
  qstash,
  link,
  session,
];

/** Every bit of every part, turned over. */
function* flips({ parts }: Proof): Generator<{ part: string; bit: number; changed: Record<string, string> }> {
  for (const [part, text] of Object.entries(parts)) {
    const bytes = Buffer.from(text, 'latin1');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const copy = Buffer.from(bytes);
      copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      yield { part, bit, changed: { ...parts, [part]: copy.toString('latin1') } };
    }
  }
}

/** Headers that take no such character cannot be sent; the body's type is no part of the proof. */
const isSendable = (text: string): boolean => /^[\t\x20-\x7e\x80-\xff]*$/.test(text) && text.trim() === text;

async function flipAll(proof: Proof): Promise<Outcome> {
  const { parts } = proof;
  if (!(await proof.isTaken(parts)))
    return { cases: 1, findings: [`${proof.name}: what is right is refused.`] };
  return tryAll(flips({ ...proof, parts }), async ({ part, bit, changed }) => {
    if (part !== 'body' && !isSendable(changed[part] ?? '')) return undefined;
    return (await proof.isTaken(changed)) ? `${proof.name}: bit ${bit} of ${part} may be another` : undefined;
  });
}

const bits: Surface = {
  name: 'signatures: every single bit of body, time and signature',
  cases: { short: 1, long: 20 },
  attack: async ({ cases }) => {
    const outcomes: Outcome[] = [];
    for (let round = 0; round < cases; round += 1)
      for (const proof of proofs()) outcomes.push(await flipAll(proof));
    return together(outcomes);
  },
};

/** A few bytes changed, cut out, doubled or put in. */
const edits = fc.array(fc.tuple(fc.nat(), fc.nat(4), fc.oneof(fc.constant(''), hostileText, fc.string())), {
  minLength: 1,
  maxLength: 3,
});

const tampered: Surface = {
  name: 'signatures: parts cut, doubled, exchanged',
  cases: { short: 600, long: 200_000 },
  attack: (round: Round) => {
    const all = proofs();
    return fuzz(
      round,
      fc.record({ which: fc.nat(all.length - 1), part: fc.nat(), edits }),
      async ({ which, part, edits: changes }) => {
        const proof = all[which];
        if (proof === undefined) return;
        const { parts } = proof;
        const names = Object.keys(parts).filter((name) => name !== 'content-type');
        const name = names[part % names.length] ?? '';
        const before = parts[name] ?? '';
        const after = changes.reduce((text, [at, length, insert]) => {
          const from = at % (text.length + 1);
          return text.slice(0, from) + insert + text.slice(from + length);
        }, before);
        // What only adds blanks around a header is the same header.
        if (after.trim() === before.trim() || (name !== 'body' && !isSendable(after))) return;
        // Verifiers read a time as a number, and sign that number: `1780000000]` is the same time.
        if (name === 'svix-timestamp' && Number.parseInt(after, 10) === Number(before)) return;
        // Signatures are lists: what is right stays right with others beside it. So are cookies.
        if (
          after.split(/[ ,;]+/).some((item) => before.split(',').includes(item)) &&
          /signature|cookie/.test(name)
        )
          return;
        if (await proof.isTaken({ ...parts, [name]: after }))
          throw new Error(
            `${proof.name}: ${JSON.stringify(after)} is taken for ${name} ${JSON.stringify(before)}`,
          );
      },
    );
  },
};

const TOLERANCE_SECONDS = 300;

const replays: Surface = {
  name: 'signatures: sent again too late, or too early',
  cases: { short: 200, long: 20_000 },
  attack: (round) => {
    const sign = { clerk: signClerk, stripe: signStripe, resend: signResend };
    return fuzz(
      round,
      fc.record({
        provider: fc.constantFrom('clerk', 'stripe', 'resend'),
        // Stripe's own verifier takes what is signed ahead of time: it is no replay of anything.
        seconds: fc.integer({ min: TOLERANCE_SECONDS + 5, max: 10 * 365 * 86_400 }),
      }),
      async ({ provider, seconds }) => {
        const payload = { id: 'evt_1', type: 'x.y', created: 1, data: { id: 'a', object: { id: 'b' } } };
        const signed = sign[provider as keyof typeof sign](payload, { age: seconds });
        if (await webhook(provider as 'clerk', signed).isTaken({ ...signed.headers, body: signed.body }))
          throw new Error(`${provider}: signed ${seconds} s ago and taken`);
      },
    );
  },
};

/** What proves who sends something. */
export const signatureSurfaces: readonly Surface[] = [bits, tampered, replays];
