import { withGate } from '@/gate';

/** What the free plan has a hundred of in a month. */
export const POST = withGate(async () => Response.json({ report: `Report of ${new Date().toISOString()}` }));
