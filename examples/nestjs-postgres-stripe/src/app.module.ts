import { Module } from '@nestjs/common';
import { SkeneModule } from '@skene/sdk/nest';
import { Stripe } from 'stripe';
import { compiled } from '../compiled/index.ts';
import { AccountController } from './account.controller.ts';
import { Database } from './database.ts';
import { Users } from './users.ts';

/** Stripe's own address unless told: tests have a stand-in. */
const { STRIPE_SECRET_KEY = '', STRIPE_API_URL = 'https://api.stripe.com' } = process.env;
const { protocol, hostname: host, port } = new URL(STRIPE_API_URL);

@Module({
  imports: [SkeneModule.forRoot({ compiled })],
  controllers: [AccountController],
  providers: [
    Database,
    Users,
    {
      provide: Stripe,
      useValue: new Stripe(STRIPE_SECRET_KEY, {
        protocol: protocol === 'http:' ? 'http' : 'https',
        host,
        port,
      }),
    },
  ],
})
export class AppModule {}
