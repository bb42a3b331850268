import { Redis } from '@upstash/redis';
import { Client } from '@upstash/workflow';
import * as z from 'zod';

const Event = z.object({
  id: z.string(),
  type: z.string(),
  subject: z.string(),
  data: z.record(z.string(), z.json()),
});

/** Takes an event of the app, starts the run it begins, and wakes those that wait for it. */
export async function POST(request: Request): Promise<Response> {
  if (request.headers.get('authorization') !== `Bearer ${process.env.SKENE_SECRET}`)
    return new Response(null, { status: 401 });
  const event = Event.parse(await request.json());
  const isNew = await Redis.fromEnv().set(`event:${event.id}`, 1, { nx: true, ex: 86_400 });
  if (isNew === null) return new Response(null, { status: 202 });
  const client = new Client({ token: process.env.QSTASH_TOKEN ?? '' });
  if (event.type === 'user.created')
    await client.trigger({ url: `${process.env.SKENE_URL}/workflow`, body: event, workflowRunId: event.id });
  await client.notify({ eventId: `${event.type}-${event.subject}`, eventData: event.data });
  return new Response(null, { status: 202 });
}
