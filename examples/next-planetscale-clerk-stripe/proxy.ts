import { clerkMiddleware } from '@clerk/nextjs/server';

/** Knows who is signed in, for pages and for what they call. What has a signature of its own needs no session. */
export default clerkMiddleware();

export const config = { matcher: ['/', '/api/features/:path*', '/api/checkout'] };
