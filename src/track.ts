/** An event of your app, as {@link track} sends it. */
export interface TrackedEvent {
  /** What happened, such as `project.created`. */
  name: string;
  /** The id of the user it is about. */
  subject: string;
  data?: Record<string, unknown>;
  /** Makes a repeated call count once; a new one each time unless told. */
  id?: string;
  /** When it happened; now unless told. */
  time?: Date;
}

/** Where events go: `SKENE_URL` (its path, when it has one, is where your app mounts the functions) and `SKENE_SECRET` unless told. */
export interface TrackOptions {
  url?: string;
  secret?: string;
}

/**
 * Sends an event to the events function of your Skene deployment, as CloudEvents 1.0.
 * @throws Error with the answer's text when it was not accepted; send it again with the same `id`.
 */
export async function track(
  { name, subject, data = {}, id = crypto.randomUUID(), time = new Date() }: TrackedEvent,
  options: TrackOptions = {},
): Promise<void> {
  const url = options.url ?? process.env.SKENE_URL;
  const secret = options.secret ?? process.env.SKENE_SECRET;
  if (!url || !secret)
    throw new Error('track() does not know where to send: set SKENE_URL and SKENE_SECRET.');
  const response = await fetch(eventsUrl(url), {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/cloudevents+json' },
    body: JSON.stringify({
      specversion: '1.0',
      id,
      source: '/track',
      type: name,
      subject,
      time: time.toISOString(),
      data,
    }),
  });
  if (!response.ok)
    throw new Error(`Event ${name} (${id}) was not accepted: ${response.status} ${await response.text()}`);
}

function eventsUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  const mount = pathname.replace(/\/+$/, '');
  return `${origin}${mount === '' ? '/api' : mount}/events`;
}
