import * as z from 'zod/mini';
import { type Delivery, type EmailReport, NOTHING, type RawDelivery } from './delivery.ts';
import { Filled, maybe, parsePayload } from './parse-payload.ts';
import { refusedSignature } from './refused-signature.ts';

const OUTCOMES: Record<string, EmailReport['outcome']> = {
  'email.delivered': 'delivered',
  'email.opened': 'opened',
  'email.clicked': 'clicked',
  'email.bounced': 'bounced',
  'email.complained': 'complained',
  'email.delivery_delayed': 'delayed',
  'email.failed': 'failed',
};

const PayloadSchema = z.object({
  type: Filled,
  created_at: maybe(z.string()),
  data: z.looseObject({
    to: maybe(z.union([z.string(), z.array(z.string())])),
    // Resend sends an object; it takes, and in its older events gave, a list.
    tags: maybe(
      z.union([
        z.record(z.string(), z.unknown()),
        z.array(z.looseObject({ name: z.string(), value: z.unknown() })),
      ]),
    ),
    bounce: maybe(z.looseObject({ type: maybe(z.string()) })),
  }),
});

/**
 * Verifies a webhook of Resend with its own client.
 * @see https://resend.com/docs/dashboard/webhooks/verify-webhooks-requests
 * @throws {RequestError} SIGNATURE_INVALID.
 */
export async function verifyResend({ headers, body }: RawDelivery, secret: string): Promise<unknown> {
  const { Resend } = await import('resend');
  const header = (name: string): string =>
    headers.get(`svix-${name}`) ?? headers.get(`webhook-${name}`) ?? '';
  try {
    // Verifying asks nobody: the client wants a key for what it does else.
    return new Resend('re_unused').webhooks.verify({
      payload: body,
      headers: { id: header('id'), timestamp: header('timestamp'), signature: header('signature') },
      webhookSecret: secret,
    });
  } catch (error) {
    throw refusedSignature('Resend', 'RESEND_WEBHOOK_SECRET', error);
  }
}

/** What a verified webhook of Resend says of an email. A bounce that may pass suppresses nobody. */
export function readResend(payload: unknown, { at }: { at: number }): Delivery {
  const { type, created_at: createdAt, data } = parsePayload(PayloadSchema, payload, 'Resend');
  const outcome = Object.hasOwn(OUTCOMES, type) ? OUTCOMES[type] : undefined;
  if (outcome === undefined) return NOTHING;
  const tags = tagsOf(data.tags);
  const time = Date.parse(createdAt ?? '');
  return {
    events: [],
    email: {
      outcome,
      runId: tags.run,
      step: tags.step,
      variant: tags.variant,
      to: typeof data.to === 'string' ? [data.to] : (data.to ?? []),
      suppress: suppressionOf(outcome, data.bounce?.type ?? undefined),
      at: Number.isNaN(time) ? at : time,
    },
  };
}

function suppressionOf(outcome: EmailReport['outcome'], bounce: string | undefined): EmailReport['suppress'] {
  if (outcome === 'complained') return 'complained';
  return outcome === 'bounced' && bounce !== 'Transient' ? 'bounced' : undefined;
}

function tagsOf(tags: z.output<typeof PayloadSchema>['data']['tags']): Record<string, string> {
  const pairs = Array.isArray(tags)
    ? tags.map(({ name, value }) => [name, value] as const)
    : Object.entries(tags ?? {});
  return Object.fromEntries(
    pairs.filter((pair): pair is readonly [string, string] => typeof pair[1] === 'string'),
  );
}
