'use server';

import { auth } from '@clerk/nextjs/server';

/** Clerk's own page signs up, and comes back. */
export async function signUp(): Promise<void> {
  const { redirectToSignUp } = await auth();
  redirectToSignUp();
}
