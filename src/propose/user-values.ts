import type { Column, Users } from '../inspect/index.ts';
import { type Code, type Entry, entry, literal, object } from './code.ts';

/** The value of a user's column in an email. One that may be empty has a default, because a missing value ends the run before it is sent. */
export function userValue({ name, nullable }: Pick<Column, 'name' | 'nullable'>): Code {
  return literal(nullable ? `{{user.${name} | default: ""}}` : `{{user.${name}}}`);
}

/** How the user is called; by what an identity provider says where there is no table. */
export function nameEntry(users: Users | undefined): Entry | undefined {
  if (users === undefined) return entry('name', userValue({ name: 'name', nullable: true }));
  return users.name && entry('name', userValue(users.name));
}

/** The action that sends an email. */
export function emailAction(template: string, personalization: Array<Entry | undefined>): Code {
  const values = personalization.filter((one) => one !== undefined);
  return object(
    entry('type', literal('email')),
    entry('provider', literal('resend')),
    entry('template', literal(template)),
    values.length === 0 ? undefined : entry('personalization', object(...values)),
  );
}
