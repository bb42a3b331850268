import { type DeploymentAddress, postTo } from './deployment-address.ts';

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

/**
 * Sends an event to the events function of your Skene deployment, as CloudEvents 1.0.
 * @throws Error with the answer's text when it was not accepted; send it again with the same `id`.
 */
export async function track(
  { name, subject, data = {}, id = crypto.randomUUID(), time = new Date() }: TrackedEvent,
  address: DeploymentAddress = {},
): Promise<void> {
  const event = {
    specversion: '1.0',
    id,
    source: '/track',
    type: name,
    subject,
    time: time.toISOString(),
    data,
  };
  const response = await postTo('/events', event, address);
  if (!response.ok)
    throw new Error(`Event ${name} (${id}) was not accepted: ${response.status} ${await response.text()}`);
}
