import type { Database } from '../databases/index.ts';
import type { Services } from '../intake/index.ts';
import type { RunPayload } from '../runs/index.ts';

/**
 * The user as templates see them: the row of the users table, else what the event said. Where these have no address or name, what an
 * identity provider told.
 */
export async function findUser(
  { plan, subject, event }: RunPayload,
  { database, state }: { database: () => Promise<Database>; state: Services['state'] },
): Promise<Record<string, unknown>> {
  const { table, id, email, name } = plan.users;
  const row = (await (await database()).find(table, id, subject)) ?? event.data ?? {};
  const user = { ...row, id: row[id] ?? subject, email: row[email], name: row[name] };
  if (user.email && user.name) return user;
  const contact = await state.contacts.find(subject);
  return { ...user, email: user.email || contact.email, name: user.name || contact.name };
}
