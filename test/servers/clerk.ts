import { generateKeyPairSync, sign } from 'node:crypto';
import { listen } from '../../src/dev/listen.ts';
import { clerkUser, signClerk } from '../integration/webhooks/signed.ts';

/** A stand-in for Clerk: its page to sign up at, the webhook it then sends, and the session it leaves in the browser. */
export interface ClerkServer {
  url: string;
  /** With what an app finds it in place of Clerk. */
  variables: Record<string, string>;
  /** Sends a webhook to the app, as Clerk does. */
  tell(type: string, data: object): Promise<Response>;
  close(): Promise<void>;
}

const HOST = 'clerk.example.com';
const KEY_ID = 'ins_test';
const SESSION_SECONDS = 3_600;

/** Starts it. @param webhook where the app takes Clerk's webhooks. */
export async function startClerk({ webhook }: { webhook: string }): Promise<ClerkServer> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = { ...publicKey.export({ format: 'jwk' }), kid: KEY_ID, alg: 'RS256', use: 'sig' };
  let users = 0;

  const tell = (type: string, data: object): Promise<Response> =>
    fetch(webhook, { method: 'POST', ...signClerk({ type, object: 'event', data }) });

  /** A session as Clerk's: a JWT in the cookie `__session`. @see https://clerk.com/docs/guides/sessions/session-tokens */
  function sessionToken(userId: string, now: number, origin: string): string {
    const claims = {
      iss: `https://${HOST}`,
      azp: origin,
      sub: userId,
      sid: `sess_${userId}`,
      iat: now,
      nbf: now,
      exp: now + SESSION_SECONDS,
      v: 2,
    };
    const signed = [{ alg: 'RS256', kid: KEY_ID, typ: 'JWT' }, claims].map(inBase64).join('.');
    return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url')}`;
  }

  async function signUp(form: FormData, back: URL): Promise<Response> {
    users += 1;
    const id = `user_${users}`;
    const email_addresses = [{ id: 'idn_1', email_address: form.get('email') }];
    const more = { first_name: form.get('name'), primary_email_address_id: 'idn_1', email_addresses };
    const told = await tell('user.created', clerkUser(id, more));
    if (!told.ok) return new Response(`The webhook was answered ${told.status}.`, { status: 502 });
    const now = Math.floor(Date.now() / 1000);
    const headers = new Headers({ location: back.href });
    headers.append('set-cookie', `__session=${sessionToken(id, now, back.origin)}; Path=/`);
    headers.append('set-cookie', `__client_uat=${now}; Path=/`);
    return new Response(null, { status: 303, headers });
  }

  const server = await listen(
    async (request) => {
      const { pathname, searchParams } = new URL(request.url);
      if (pathname === '/v1/jwks') return Response.json({ keys: [key] });
      if (pathname !== '/sign-up') return new Response(null, { status: 404 });
      if (request.method === 'POST')
        return signUp(await request.formData(), new URL(searchParams.get('redirect_url') ?? ''));
      // What comes from another site without being Clerk's would have to sync with it first.
      const headers = { 'content-type': 'text/html', 'referrer-policy': 'no-referrer' };
      return new Response(PAGE, { headers });
    },
    { port: 0 },
  );
  // A cookie belongs to a host, whatever the port: the app is reached by the same name.
  const url = `http://localhost:${server.port}`;
  return {
    url,
    variables: {
      NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY: `pk_live_${Buffer.from(`${HOST}$`).toString('base64')}`,
      NEXT_PUBLIC_CLERK_SIGN_UP_URL: `${url}/sign-up`,
      NEXT_PUBLIC_CLERK_TELEMETRY_DISABLED: '1',
      CLERK_SECRET_KEY: 'sk_live_for_tests',
      CLERK_API_URL: url,
    },
    tell,
    close: server.close,
  };
}

const inBase64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const PAGE = `<!doctype html><title>Clerk</title><form method="post">
<input name="name" placeholder="First name"><input name="email" placeholder="Email address">
<button>Continue</button></form>`;
