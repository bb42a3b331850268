import { verifyUnsubscribe } from '../email/unsubscribe.ts';
import { createEnv } from '../env/index.ts';
import { RequestError } from '../errors/index.ts';
import { createServices } from '../intake/index.ts';
import type { Deployment } from '../plan/index.ts';
import { exitRuns, isOverWhenSuppressed } from '../runs/index.ts';
import { answering, type Handler, type HandlerOptions } from './respond.ts';

/**
 * `/api/unsubscribe`: where the links of emails lead. GET shows a page with a button and changes nothing, because mail scanners follow
 * links; POST (the button, or a mail program's one click) suppresses the address, and ends the runs that would have mailed it.
 * @see https://www.rfc-editor.org/rfc/rfc8058
 */
export function createUnsubscribeHandler(
  { plans }: Pick<Deployment, 'plans'>,
  options: HandlerOptions = {},
): { GET: Handler; POST: Handler } {
  const services = createServices(options.env ?? createEnv(), options);

  function read(request: Request) {
    const token = new URL(request.url).searchParams.get('token') ?? '';
    const unsubscription = verifyUnsubscribe(services.env.secret, token);
    if (unsubscription !== undefined) return unsubscription;
    throw new RequestError('SIGNATURE_INVALID', 'This unsubscribe link is not complete.', {
      hint: 'Open the link from the email again.',
    });
  }

  return {
    GET: answering(async (request) => {
      read(request);
      return page(
        'Unsubscribe',
        '<p>You will get no more of these emails.</p><form method="post"><button>Unsubscribe</button></form>',
      );
    }),
    POST: answering(async (request) => {
      const { addressKey, subject, loop } = read(request);
      await services.state.suppressions.add(addressKey, 'unsubscribed');
      await exitRuns(
        { subject, reason: 'unsubscribed', isMeant: (name) => isOverWhenSuppressed(plans, name) },
        services,
      );
      services.report({ kind: 'unsubscribe', subject, loop });
      return page('Unsubscribed', '<p>Done: you will get no more of these emails.</p>');
    }),
  };
}

const STYLE =
  'body{font:17px/1.5 system-ui,sans-serif;max-width:28rem;margin:15vh auto;padding:0 1.5rem;color-scheme:light dark}' +
  'button{font:inherit;padding:.6rem 1.2rem;border-radius:.5rem;border:1px solid;cursor:pointer}';

function page(title: string, body: string): Response {
  const html =
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<meta name="robots" content="noindex"><title>${title}</title><style>${STYLE}</style></head><body><h1>${title}</h1>${body}</body></html>`;
  return new Response(html, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    },
  });
}
