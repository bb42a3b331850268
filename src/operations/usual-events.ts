/** Who can be stood in for. */
export type TestProvider = 'clerk' | 'stripe' | 'resend' | 'nextauth' | 'app';

/** What each provider tells of; any other type can be sent as well. */
export const USUAL_EVENTS: Readonly<Record<TestProvider, readonly string[]>> = {
  clerk: ['user.created', 'user.updated', 'user.deleted', 'session.created'],
  stripe: ['checkout.session.completed', 'customer.subscription.updated', 'invoice.paid'],
  resend: ['email.delivered', 'email.opened', 'email.clicked', 'email.bounced', 'email.complained'],
  nextauth: ['createUser', 'signIn', 'linkAccount', 'updateUser', 'signOut'],
  app: ['project.created'],
};
