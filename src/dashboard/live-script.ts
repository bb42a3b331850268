/**
 * Brings a page up to date every so often while it is looked at, and hands in its forms without leaving it. What has not changed stays as it
 * is, so that neither the focus nor what is scrolled, opened or being filled in is lost.
 *
 * `data-every` of the script is how often, in ms. Elements with an `id` or a `data-key` are recognised wherever they have moved to; another key
 * is another element. What `data-result` says stays until the form is handed in again. The first `data-grows` gets the pages that `a[data-more]`
 * leads to; from then on, what has a key stays in every `data-grows`, also where it has left the page.
 */
export const LIVE_SCRIPT = `
const everyMs = Number(document.currentScript.dataset.every);
const keyOf = (node) => (node.nodeType === 1 ? node.id || node.dataset.key || '' : '');
const isSame = (one, other) => one.nodeName === other.nodeName && keyOf(one) === keyOf(other);

// What the person who looks at it has opened, or had fetched, is theirs.
const isTheirs = (node, name) => (name === 'open' && node.nodeName === 'DETAILS') || name === 'data-grows';
const hasGrown = () => document.querySelector('[data-grows=more]') !== null;

function patch(old, next) {
  if (old.isEqualNode(next)) return;
  if (old.nodeType !== 1) return void (old.data = next.data);
  if (old.hasAttribute('data-paging') && hasGrown()) return;
  if (old.hasAttribute('data-result') && !next.hasChildNodes()) return;
  for (const { name } of [...old.attributes])
    if (!next.hasAttribute(name) && !isTheirs(old, name)) old.removeAttribute(name);
  for (const { name, value } of next.attributes)
    if (old.getAttribute(name) !== value && !isTheirs(old, name)) old.setAttribute(name, value);
  patchChildren(old, next);
}

function patchChildren(old, next) {
  const keyed = new Map([...old.childNodes].filter(keyOf).map((node) => [keyOf(node), node]));
  let at = old.firstChild;
  for (const child of [...next.childNodes]) {
    const known = keyed.get(keyOf(child));
    const match = known && isSame(known, child) ? known : at && !keyOf(child) && isSame(at, child) ? at : undefined;
    if (match === undefined) {
      old.insertBefore(child, at);
      continue;
    }
    if (match === at) at = at.nextSibling;
    else old.insertBefore(match, at);
    patch(match, child);
  }
  while (at) {
    const rest = at;
    at = at.nextSibling;
    if (!(old.hasAttribute('data-grows') && keyOf(rest) && hasGrown())) rest.remove();
  }
}

async function load(address, options) {
  const answer = await fetch(address, { ...options, headers: { accept: 'text/html' } });
  if (!(answer.headers.get('content-type') ?? '').startsWith('text/html')) return;
  const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
  return { ok: answer.ok, main: next.querySelector('main') };
}

let handedIn = 0;
async function refresh() {
  if (document.hidden) return;
  const before = handedIn;
  const answer = await load(location.href);
  if (answer?.ok && answer.main && before === handedIn) patch(document.querySelector('main'), answer.main);
}

async function handIn(form, submitter) {
  if (form.ariaBusy === 'true') return;
  form.ariaBusy = 'true';
  handedIn += 1;
  try {
    const fields = new URLSearchParams(new FormData(form, submitter));
    const isGet = form.method === 'get';
    const address = new URL(isGet ? '?' + fields : form.getAttribute('action'), location.href);
    const answer = await load(address, isGet ? {} : { method: 'POST', body: fields });
    if (isGet) history.replaceState(undefined, '', address);
    if (answer?.main) patch(document.querySelector('main'), answer.main);
  } finally {
    form.ariaBusy = 'false';
    handedIn += 1;
  }
}

document.addEventListener('submit', (event) => {
  if (!event.target.matches('form[data-here]')) return;
  event.preventDefault();
  handIn(event.target, event.submitter).catch(() => event.target.submit());
});

async function more(link) {
  if (link.ariaBusy === 'true') return;
  link.ariaBusy = 'true';
  const answer = await load(link.href);
  const list = document.querySelector('[data-grows]');
  const page = answer?.main?.querySelector('[data-grows] > *');
  if (!page) return;
  list.dataset.grows = 'more';
  const known = new Set([...list.querySelectorAll('[data-key]')].map(keyOf));
  for (const row of page.querySelectorAll('[data-key]')) if (known.has(keyOf(row))) row.remove();
  if (!known.has(keyOf(page))) list.append(page);
  const next = answer.main.querySelector('[data-paging]');
  if (next) link.closest('[data-paging]').replaceWith(next);
  watchMore();
}

const nearEnd = new IntersectionObserver(
  (entries) => entries.filter((entry) => entry.isIntersecting).forEach(({ target }) => more(target).catch(() => {})),
  { rootMargin: '100% 0%' },
);
function watchMore() {
  nearEnd.disconnect();
  for (const link of document.querySelectorAll('a[data-more]')) nearEnd.observe(link);
}
watchMore();
document.addEventListener('click', (event) => {
  const link = event.target.closest?.('a[data-more]');
  if (!link) return;
  event.preventDefault();
  more(link).catch(() => location.assign(link.href));
});

async function keepUp() {
  await refresh().catch(() => {});
  setTimeout(keepUp, everyMs);
}
setTimeout(keepUp, everyMs);
`;
