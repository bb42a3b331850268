import { auth } from '@clerk/nextjs/server';
import { nameOf } from '@/database';
import { signUp } from './actions';
import { Reports } from './reports';

export default async function Home() {
  const { userId } = await auth();
  if (userId === null) {
    return (
      <form action={signUp}>
        <h1>Reports</h1>
        <button type="submit">Sign up</button>
      </form>
    );
  }
  return (
    <>
      <h1>Hello {await nameOf(userId)}</h1>
      <Reports />
    </>
  );
}
