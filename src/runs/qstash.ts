import { Client, Receiver } from '@upstash/qstash';
import { RequestError } from '../errors/index.ts';

/** How to reach QStash; its own address unless told. */
export interface QStashAccess {
  url: string | undefined;
  token: string;
  /**
   * What every delivery of a message published here carries.
   * @see https://upstash.com/docs/workflow/troubleshooting/vercel
   */
  headers?: Record<string, string> | undefined;
}

/** The vendor's client. */
export function createQStashClient({ url, token, headers = {} }: QStashAccess): Client {
  return new Client({
    token,
    headers,
    ...(url === undefined ? {} : { baseUrl: url }),
    enableTelemetry: false,
  });
}

/** How far apart QStash's clock and ours may be. */
const CLOCK_TOLERANCE_SECONDS = 5;

/**
 * The vendor's verifier of signatures, for calls to one address: a call that was signed for another is refused. Takes the current key
 * and, while keys are rotated, the next.
 */
export function createReceiver(keys: { current: string; next: string }, url: string): Receiver {
  const receiver = new Receiver({ currentSigningKey: keys.current, nextSigningKey: keys.next });
  const verify = receiver.verify.bind(receiver);
  receiver.verify = (request) => verify({ ...request, url, clockTolerance: CLOCK_TOLERANCE_SECONDS });
  return receiver;
}

/**
 * Makes sure that a request comes from QStash and was meant for this address: signature over the raw body, destination and age.
 * @throws {RequestError} SIGNATURE_INVALID, also when there is no signature.
 */
export async function verifyQStashRequest(
  receiver: Receiver,
  request: { signature: string | null; body: string },
): Promise<void> {
  const refusal = (cause?: unknown) =>
    new RequestError(
      'SIGNATURE_INVALID',
      'This address answers only to QStash: the signature is missing, forged or too old.',
      {
        hint: 'If it was QStash that called, check QSTASH_CURRENT_SIGNING_KEY, QSTASH_NEXT_SIGNING_KEY and SKENE_URL.',
        cause,
      },
    );
  const { signature, body } = request;
  if (signature === null || !isCanonical(signature)) throw refusal();
  const isValid = await receiver.verify({ signature, body }).catch((error: unknown) => {
    throw refusal(error);
  });
  if (!isValid) throw refusal();
}

/** Base64url has several spellings of the same bytes, and readers take them all: QStash writes one of them. */
function isCanonical(jwt: string): boolean {
  return jwt.split('.').every((part) => Buffer.from(part, 'base64url').toString('base64url') === part);
}
