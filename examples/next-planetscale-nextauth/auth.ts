import { skeneEvents } from '@skene/sdk/nextauth';
import NextAuth from 'next-auth';
import Credentials from 'next-auth/providers/credentials';
import { findUser } from './database';

export const { handlers, auth, signIn, signOut } = NextAuth({
  session: { strategy: 'jwt' },
  providers: [
    Credentials({
      credentials: { email: {}, password: { type: 'password' } },
      authorize: ({ email, password }) => findUser(String(email), String(password)),
    }),
  ],
  callbacks: {
    session: ({ session, token }) => ({ ...session, user: { ...session.user, id: token.sub ?? '' } }),
  },
  // Sign-ins become events that loops may wait for; the sign-up itself is seen in the database.
  events: skeneEvents(),
});
