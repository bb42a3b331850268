import { neon } from '@neondatabase/serverless';
import { Redis } from '@upstash/redis';
import { serve } from '@upstash/workflow';
import { Resend } from 'resend';

/** What a loop comes to when it is written by hand: a run that looks, waits, looks again and mails. */
export const { handler: POST } = serve<{ userId: string; email: string }>(async (context) => {
  const { userId, email } = context.requestPayload;
  const sql = neon(process.env.DATABASE_URL ?? '');
  const isActive = async () => (await sql`select 1 from user_actions where user_id = ${userId}`).length > 0;
  const early = await context.run('look', isActive);
  if (!early) await context.waitForEvent('wait', `active-${userId}`, { timeout: '5m' });
  await context.run('mail', async () => {
    if (!(await isActive())) return;
    const isFirst = await Redis.fromEnv().set(`mailed:${userId}`, 1, { nx: true });
    if (isFirst === null) return;
    const from = process.env.SKENE_FROM ?? '';
    await new Resend(process.env.RESEND_API_KEY).emails.send({
      from,
      to: email,
      subject: 'Welcome',
      html: '<p>Welcome',
    });
  });
});
