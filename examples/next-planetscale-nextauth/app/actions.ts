'use server';

import { revalidatePath } from 'next/cache';
import { auth, signIn } from '@/auth';
import * as database from '@/database';

const field = (form: FormData, name: string) => String(form.get(name) ?? '').trim();

export async function signUp(form: FormData): Promise<void> {
  const [name, email, password] = [field(form, 'name'), field(form, 'email'), field(form, 'password')];
  await database.createUser({ name, email, password });
  await signIn('credentials', { email, password, redirectTo: '/' });
}

export async function createProject(form: FormData): Promise<void> {
  const session = await auth();
  if (!session?.user?.id) throw new Error('Sign in first.');
  await database.createProject(session.user.id, field(form, 'project'));
  revalidatePath('/');
}
