import type { Driver } from './driver.ts';
import { jsonTypes } from './types.ts';

/** Endpoints other than Neon's own, by the host in the connection string; the library's setting is global. */
const endpoints = new Map<string, string>();

/**
 * Neon over HTTP: no connection to keep, so right for functions that live for one request.
 * @param options `endpoint` is where the database is reached when not at Neon (the local stack), as `http://localhost:8080/sql`.
 */
export async function createNeonDriver(options: {
  url: string;
  endpoint?: string | undefined;
}): Promise<Driver> {
  const { neon, neonConfig, types: builtIn } = await import('@neondatabase/serverless');
  if (options.endpoint !== undefined) setEndpoint(neonConfig, options.url, options.endpoint);
  const types = jsonTypes(builtIn);
  const sql = neon(options.url, { disableWarningInBrowsers: true });

  return {
    kind: 'neon',
    run: (statements, { readOnly, patienceMs }) =>
      sql.transaction(
        statements.map((statement) => sql.query(statement.sql, [...(statement.params ?? [])], { types })),
        {
          readOnly,
          isolationLevel: 'ReadCommitted',
          fetchOptions: { signal: AbortSignal.timeout(patienceMs) },
        },
      ),
    close: () => Promise.resolve(),
  };
}

function setEndpoint(
  config: { fetchEndpoint: string | ((host: string, port: string | number) => string) },
  url: string,
  endpoint: string,
): void {
  const address = new URL(url);
  const keyOf = (host: string, port: string | number): string => `${host}:${port}`;
  if (endpoints.size === 0) {
    const usual = config.fetchEndpoint;
    config.fetchEndpoint = (host, port) =>
      endpoints.get(keyOf(host, port)) ?? (typeof usual === 'function' ? usual(host, port) : usual);
  }
  endpoints.set(keyOf(address.hostname, address.port), endpoint);
}
