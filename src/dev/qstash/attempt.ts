import { type Content, toBytes, toContent } from './content.ts';
import type { Message } from './message.ts';
import { canonicalName } from './message.ts';
import type { Settings } from './settings.ts';
import { signDelivery } from './signature.ts';

/** What one attempt came to. */
export interface Answer {
  /** 0 when no answer arrived. */
  status: number;
  /** Lower-case names. */
  headers: Record<string, string[]>;
  body: Content;
  /** Why no answer arrived. */
  error?: string | undefined;
}

/** Everything an attempt sends. */
export interface Delivery {
  message: Message;
  settings: Settings;
  content: Content;
  /** Headers of a workflow's run, on top of the message's own. */
  runHeaders: Record<string, string>;
  signingKey: string;
}

const REGION = 'local';

/** The request of one attempt, signed: as `Upstash-QStash` sends it. */
export function buildRequest({ message, settings, content, runHeaders, signingKey }: Delivery): Request {
  const body = settings.method === 'GET' ? Buffer.alloc(0) : toBytes(content);
  const headers: Record<string, string> = {
    ...settings.headers,
    ...runHeaders,
    'user-agent': 'Upstash-QStash',
    'upstash-region': REGION,
    'upstash-caller-ip': message.callerIp,
    'upstash-message-id': message.id,
    'upstash-retried': String(message.attempts),
    'upstash-signature': signDelivery({ url: message.url, body, key: signingKey }),
  };
  if (message.scheduleId !== undefined) headers['upstash-schedule-id'] = message.scheduleId;
  if (settings.labels !== undefined) headers['upstash-label'] = settings.labels.join(',');
  return new Request(message.url, {
    method: settings.method,
    headers,
    body: body.length === 0 ? null : new Uint8Array(body),
    redirect: 'manual',
    // The machine's time, not the local clock's: a standing clock must not keep an endpoint that hangs waiting.
    signal: settings.timeoutMs === undefined ? null : AbortSignal.timeout(settings.timeoutMs),
  });
}

/** Sends `request`; whatever goes wrong becomes an answer with status 0. */
export async function send(
  request: Request,
  fetchEndpoint: (request: Request) => Promise<Response>,
): Promise<Answer> {
  try {
    return await Promise.race([receive(fetchEndpoint(request)), aborted(request.signal)]);
  } catch (error) {
    return { status: 0, headers: {}, body: { data: '' }, error: explain(error) };
  }
}

async function receive(answer: Promise<Response>): Promise<Answer> {
  const response = await answer;
  const body = toContent(Buffer.from(await response.arrayBuffer()));
  const headers: Record<string, string[]> = {};
  for (const [name, value] of response.headers) {
    const values = headers[name];
    if (values === undefined) headers[name] = [value];
    else values.push(value);
  }
  return { status: response.status, headers, body };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
  );
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

/** An answer's headers under canonical names, as callbacks and the API show them. */
export function viewAnswerHeaders(headers: Record<string, string[]>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(headers).map(([name, values]) => [canonicalName(name), values]));
}
