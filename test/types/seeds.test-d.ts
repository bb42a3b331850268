import type { LoopInput } from '@skene/sdk';
import { expectTypeOf, it } from 'vitest';
import fastapi from '../fixtures/seeds/fastapi-postgres.skene.config.ts';
import freemium from '../fixtures/seeds/mended/next-planetscale-clerk-stripe.skene.config.ts';
import nest from '../fixtures/seeds/nestjs-postgres-stripe.skene.config.ts';
import nextauth from '../fixtures/seeds/next-planetscale-nextauth.skene.config.ts';
import upstash from '../fixtures/seeds/next-upstash-clerk.skene.config.ts';

it('every seed compiles', () => {
  const seeds = [fastapi, nest, nextauth, upstash, freemium];
  expectTypeOf(seeds).toEqualTypeOf<LoopInput[]>();
});
