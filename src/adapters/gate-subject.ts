/** A request as the Web has it; Next.js adds its own reading of the address. */
export type GateRequest = Request & { nextUrl?: { pathname: string } | undefined };

/**
 * Who a request is from: Clerk's `auth`, NextAuth's (Auth.js v5) `auth`, a header that something trusted has set, or a function. Only what the
 * client cannot choose: whoever may say who they are, may say it anew at every limit.
 */
export type SubjectOf =
  | ((request: Request) => MaybeId | Promise<MaybeId>)
  | { clerk: () => Promise<{ userId: string | null }> }
  | { nextauth: () => Promise<{ user?: { id?: string | undefined } | undefined } | null> }
  | { header: string };

type MaybeId = string | null | undefined;

/** The id of whoever a request is from; nothing where it is from nobody. */
export async function subjectIn(request: Request, subject: SubjectOf): Promise<MaybeId> {
  if (typeof subject === 'function') return subject(request);
  if ('clerk' in subject) return (await subject.clerk()).userId;
  if ('nextauth' in subject) return (await subject.nextauth())?.user?.id;
  return request.headers.get(subject.header);
}
