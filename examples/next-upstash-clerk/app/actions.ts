'use server';

import { auth } from '@clerk/nextjs/server';
import { revalidatePath } from 'next/cache';
import * as database from '@/database';

/** Clerk's own page signs up, and comes back. */
export async function signUp(): Promise<void> {
  const { redirectToSignUp } = await auth();
  redirectToSignUp();
}

export async function createProject(form: FormData): Promise<void> {
  const { userId } = await auth();
  if (userId === null) throw new Error('Sign in first.');
  await database.createProject(userId, String(form.get('project') ?? '').trim());
  revalidatePath('/');
}
