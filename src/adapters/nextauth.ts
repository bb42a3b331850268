import { type DeploymentAddress, postTo } from '../deployment-address.ts';
import { afterAnswer } from '../server/after-answer.ts';

/** Where events go, and who hears of failures. */
export interface SkeneEventsOptions extends DeploymentAddress {
  /** Hears of an event that could not be handed over; `console.warn` unless told. Nothing is thrown into the login. */
  onError?: (error: Error) => void;
}

/** A user as NextAuth v4 and Auth.js v5 describe one. */
interface AuthUser {
  id?: string | undefined;
  email?: string | null | undefined;
  name?: string | null | undefined;
  image?: string | null | undefined;
}

interface UserMessage {
  user: AuthUser;
  account?: { provider?: string | undefined } | null | undefined;
  isNewUser?: boolean | undefined;
}

/** v4 tells of the token or the session as well; v5 of one of them. */
interface SignOutMessage {
  session?: unknown;
  token?: unknown;
}

/** The callbacks, to be spread into `events`. */
export interface SkeneEvents {
  createUser(message: UserMessage): Promise<void>;
  signIn(message: UserMessage): Promise<void>;
  linkAccount(message: UserMessage): Promise<void>;
  updateUser(message: UserMessage): Promise<void>;
  signOut(message: SignOutMessage): Promise<void>;
}

const ATTEMPTS = 3;
const TIMEOUT_MS = 5_000;

/**
 * Callbacks for NextAuth v4 and Auth.js v5: `events: { ...skeneEvents() }`. Auth.js waits for its callbacks; these are done at once, and send
 * after the response (by `waitUntil` on Vercel). They never throw. An event is tried three times with the same id; what must not be lost at
 * any price is better watched in the database.
 * @see https://authjs.dev/reference/core#events
 */
export function skeneEvents({ onError = warn, ...address }: SkeneEventsOptions = {}): SkeneEvents {
  async function tell(event: string, user: AuthUser, more: object = {}): Promise<void> {
    const { id: userId, email, name, image } = user;
    if (userId === undefined) return;
    const body = {
      event,
      id: crypto.randomUUID(),
      time: new Date().toISOString(),
      user: { id: userId, email, name, image },
      ...more,
    };
    const sent = send(body, address).catch((error: unknown) => {
      onError(new Error(`skeneEvents: ${event} was not handed over: ${String(error)}`));
    });
    await afterAnswer(sent);
  }

  const about =
    (event: string) =>
    ({ user, account, isNewUser }: UserMessage): Promise<void> =>
      tell(event, user, { isNewUser, provider: account?.provider });

  return {
    createUser: about('createUser'),
    signIn: about('signIn'),
    linkAccount: about('linkAccount'),
    updateUser: about('updateUser'),
    signOut: async ({ session, token }) => tell('signOut', { id: userIdIn(token, session) }),
  };
}

async function send(body: object, address: DeploymentAddress): Promise<void> {
  let problem: unknown;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    try {
      const response = await postTo('/webhooks/nextauth', body, {
        ...address,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (response.ok) return;
      problem = `${response.status} ${await response.text()}`;
      if (response.status < 500) break;
    } catch (error) {
      problem = error;
    }
  }
  throw new Error(String(problem));
}

function warn(error: Error): void {
  console.warn(error.message);
}

/** A session in a database has `userId`, a token `sub`. */
function userIdIn(...sources: unknown[]): string | undefined {
  for (const source of sources) {
    if (typeof source !== 'object' || source === null) continue;
    const { sub, userId } = source as { sub?: unknown; userId?: unknown };
    if (typeof sub === 'string') return sub;
    if (typeof userId === 'string') return userId;
  }
  return undefined;
}
