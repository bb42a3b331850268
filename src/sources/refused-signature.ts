import { messageOf, RequestError } from '../errors/index.ts';

/** What a caller is told whose signature does not fit: nothing that helps to make one that does. */
export function refusedSignature(provider: string, variable: string, cause?: unknown): RequestError {
  return new RequestError(
    'SIGNATURE_INVALID',
    `This is not a webhook that ${provider} signed for us just now.`,
    {
      hint: `If ${provider} did send it, ${variable} is another endpoint's secret, or a proxy changed the body.`,
      cause: cause === undefined ? undefined : messageOf(cause),
    },
  );
}
