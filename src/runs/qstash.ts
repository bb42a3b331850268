import { Client, Receiver } from '@upstash/qstash';
import { RequestError } from '../errors/index.ts';

/** How to reach QStash; its own address unless told. */
export interface QStashAccess {
  url: string | undefined;
  token: string;
}

/** The vendor's client. */
export function createQStashClient({ url, token }: QStashAccess): Client {
  return new Client({ token, ...(url === undefined ? {} : { baseUrl: url }), enableTelemetry: false });
}

/** The vendor's verifier of signatures; takes the current key and, while keys are rotated, the next. */
export function createReceiver(keys: { current: string; next: string }): Receiver {
  return new Receiver({ currentSigningKey: keys.current, nextSigningKey: keys.next });
}

/** How far apart QStash's clock and ours may be. */
const CLOCK_TOLERANCE_SECONDS = 5;

/**
 * Makes sure that a request comes from QStash and was meant for this address: signature over the raw body, destination and age.
 * @throws {RequestError} SIGNATURE_INVALID, also when there is no signature.
 */
export async function verifyQStashRequest(
  receiver: Receiver,
  request: { signature: string | null; body: string; url: string },
): Promise<void> {
  const refuse = (cause?: unknown) =>
    new RequestError(
      'SIGNATURE_INVALID',
      'This address answers only to QStash: the signature is missing, forged or too old.',
      {
        hint: 'Check QSTASH_CURRENT_SIGNING_KEY, QSTASH_NEXT_SIGNING_KEY and SKENE_URL if it was QStash that called.',
        cause,
      },
    );
  if (request.signature === null) throw refuse();
  const { signature, body, url } = request;
  const isValid = await receiver
    .verify({ signature, body, url, clockTolerance: CLOCK_TOLERANCE_SECONDS })
    .catch((error: unknown) => {
      throw refuse(error);
    });
  if (!isValid) throw refuse();
}
