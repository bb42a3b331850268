import { auth } from '@clerk/nextjs/server';
import { nextGate } from '@skene/sdk/next';
import { compiled } from '@/compiled';

/** The limit of the free plan, as `skene.config.ts` has it, around the routes that it is for. */
export const { withGate } = nextGate(compiled, { subject: { clerk: auth } });
