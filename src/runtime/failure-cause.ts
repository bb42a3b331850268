const UNREAD = /^Couldn't parse 'failResponse' in 'failureFunction', received: '([\s\S]*)'$/;

/** What a page of a proxy is worth telling, in characters. */
const MOST = 300;

/**
 * Why a run failed, in the words of whoever answered last: ours, a proxy's page, or nobody's at all.
 * @param failResponse as Upstash's client hands it to a failure function.
 */
export function causeOf(failResponse: string): string {
  const unread = UNREAD.exec(failResponse)?.[1];
  if (unread === undefined) return failResponse;
  return unread === '' || unread === '{}' ? 'the function gave no answer' : unread.slice(0, MOST);
}
