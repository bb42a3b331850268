import { withSkene } from '@skene/sdk/upstash-redis';
import { Redis } from '@upstash/redis';

/** The app's own database, apart from what Skene remembers: `https://:TOKEN@….upstash.io`. */
const { origin, password } = new URL(process.env.DATABASE_URL ?? '');

/** What is written through it is told to Skene in the same step. Rows are hashes such as `users:{id}`. */
const redis = withSkene(new Redis({ url: origin, token: password }));

/** Keeps a new user of Clerk. Told twice, it is the same row. */
export async function keepUser({ id, email, name }: { id: string; email: string; name: string }) {
  await redis.hset(`users:${id}`, { id, email, name, activation_link: `${process.env.APP_URL}/` });
}

export async function nameOf(userId: string): Promise<string | null> {
  return redis.hget<string>(`users:${userId}`, 'name');
}

/** Creates a project. A user's first one is the key action, which the loop finds in `user_actions`. */
export async function createProject(userId: string, name: string): Promise<void> {
  await redis.sadd(`projects:${userId}`, name);
  await redis.hset(`user_actions:${userId}-first-project`, {
    user_id: userId,
    action_type: 'first_project_created',
  });
}

export async function projectsOf(userId: string): Promise<string[]> {
  return redis.smembers(`projects:${userId}`);
}
