import { Hono } from 'hono';
import { html } from 'hono/html';
import {
  LIVE_SCRIPT,
  type Markup,
  PAGE_HEADERS,
  type Place,
  renderDocument,
  timeOf,
  type View,
} from '../../dashboard/index.ts';
import { problemResponse } from '../../errors/index.ts';
import { requireLocal } from '../local-only.ts';
import { EMAIL_SANDBOX, emailFrame } from './email-frame.ts';
import type { Store, StoredEmail } from './store.ts';

const LIVE_MS = 1_000;

/** The pages for people: the list of emails, one email, and its HTML as a mail program would show it. */
export function createPages(store: Store, places: readonly Place[]): Hono {
  const pages = new Hono();
  const page = async (view: View) =>
    new Response(await renderDocument(view, { places, everyMs: LIVE_MS }), {
      headers: PAGE_HEADERS,
    });
  pages.get('*', async (context, next) => {
    try {
      requireLocal(context.req.raw);
    } catch (error) {
      return problemResponse(error);
    }
    if (context.req.query('asset') !== 'live.js') return next();
    return new Response(LIVE_SCRIPT, { headers: { 'content-type': 'text/javascript; charset=utf-8' } });
  });
  pages.get('/', () => page(listView(store.all().reverse())));
  pages.get('/api/emails', (context) => context.json(store.all().reverse()));
  pages.get('/:id{[0-9a-f-]{36}}', (context) => {
    const email = store.get(context.req.param('id'));
    return email === undefined ? context.notFound() : page(emailView(email, context.req.query('width')));
  });
  pages.get('/:id{[0-9a-f-]{36}}/html', (context) => {
    const email = store.get(context.req.param('id'));
    return email?.html === undefined ? context.notFound() : emailFrame(email.html);
  });
  return pages;
}

function listView(emails: readonly StoredEmail[]): View {
  const items = emails.map(
    (email) =>
      html`<li data-key="${email.id}"><a href="/${email.id}"><strong>${email.subject}</strong><span>${timeOf(email.at)}</span><small>to ${email.to.join(', ')}</small></a></li>`,
  );
  const body =
    emails.length === 0
      ? html`<p>No emails yet. What the loops send arrives here, and goes nowhere else: start a run in the playground.</p>`
      : html`<ul class="mails">${items}</ul>`;
  return { title: emails.length === 0 ? 'Inbox' : `Inbox (${emails.length})`, body, current: 'Inbox' };
}

function emailView(email: StoredEmail, width: string | undefined): View {
  const body = html`<p>${timeOf(email.at)} to ${email.to.join(', ')}</p>
    ${email.html === undefined ? '' : htmlOf(email, width)}
    ${email.text === undefined ? '' : html`<h2>Plain text</h2><pre>${email.text}</pre>`}
    <h2>Headers</h2>${headersOf(email)}`;
  return { title: email.subject, body, current: 'Inbox' };
}

function htmlOf({ id }: StoredEmail, width: string | undefined): Markup {
  const isPhone = width === 'phone';
  const switched = isPhone
    ? html`<a href="/${id}">Full width</a>`
    : html`<a href="/${id}?width=phone">As on a phone</a>`;
  return html`<h2>HTML</h2><p>${switched}</p>
    <iframe class="${isPhone ? 'phone' : 'wide'}" title="The email as HTML" sandbox="${EMAIL_SANDBOX}" src="/${id}/html"></iframe>`;
}

function headersOf(email: StoredEmail): Markup {
  const rows = Object.entries({
    From: email.from,
    To: email.to.join(', '),
    Cc: email.cc.join(', '),
    Bcc: email.bcc.join(', '),
    'Reply-To': email.replyTo.join(', '),
    Subject: email.subject,
    ...email.headers,
    Tags: Object.entries(email.tags)
      .map((tag) => tag.join(': '))
      .join(', '),
  }).filter(([, value]) => value !== '');
  return html`<dl>${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}
