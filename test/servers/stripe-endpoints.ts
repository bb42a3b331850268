/** A webhook endpoint, as Stripe keeps it. */
export interface KeptEndpoint {
  id: string;
  object: 'webhook_endpoint';
  url: string;
  enabled_events: string[];
  status: 'enabled' | 'disabled';
  api_version: string | null;
  description: string | null;
  metadata: Record<string, string>;
}

const PATH = '/v1/webhook_endpoints';

/** Answers requests about webhook endpoints as Stripe's API does; `undefined` for anything else. Two endpoints make a page. */
export async function answerEndpoints(
  request: Request,
  kept: Map<string, KeptEndpoint>,
): Promise<Response | undefined> {
  const { pathname, searchParams } = new URL(request.url);
  if (!pathname.startsWith(PATH)) return undefined;
  const id = pathname.slice(PATH.length + 1);
  if (request.method === 'GET') return Response.json(pageAfter(searchParams.get('starting_after'), kept));
  if (request.method === 'DELETE') return Response.json({ id, deleted: kept.delete(id) });
  const form = new URLSearchParams(await request.text());
  const found = kept.get(id);
  const next: KeptEndpoint = {
    id: found?.id ?? `we_${kept.size + 1}`,
    object: 'webhook_endpoint',
    url: form.get('url') ?? found?.url ?? '',
    enabled_events: valuesOf(form, 'enabled_events') ?? found?.enabled_events ?? [],
    status: statusOf(form.get('disabled')) ?? found?.status ?? 'enabled',
    api_version: found === undefined ? form.get('api_version') : found.api_version,
    description: form.get('description') ?? found?.description ?? null,
    metadata: { ...found?.metadata, ...membersOf(form, 'metadata') },
  };
  kept.set(next.id, next);
  return Response.json(found === undefined ? { ...next, secret: `whsec_of_${next.id}` } : next);
}

function pageAfter(after: string | null, kept: Map<string, KeptEndpoint>): object {
  const all = [...kept.values()];
  const rest = all.slice(after === null ? 0 : all.findIndex(({ id }) => id === after) + 1);
  return { object: 'list', url: PATH, has_more: rest.length > 2, data: rest.slice(0, 2) };
}

function statusOf(disabled: string | null): KeptEndpoint['status'] | undefined {
  return disabled === null ? undefined : disabled === 'true' ? 'disabled' : 'enabled';
}

function valuesOf(form: URLSearchParams, name: string): string[] | undefined {
  const values = [...form].filter(([key]) => key.startsWith(`${name}[`)).map(([, value]) => value);
  return values.length === 0 ? undefined : values;
}

function membersOf(form: URLSearchParams, name: string): Record<string, string> {
  const pattern = new RegExp(`^${name}\\[(.+)\\]$`);
  return Object.fromEntries(
    [...form].flatMap(([key, value]) => {
      const member = pattern.exec(key)?.[1];
      return member === undefined ? [] : [[member, value]];
    }),
  );
}
