import { BadRequestException, Body, Controller, Logger, Post, UseGuards } from '@nestjs/common';
import { Skene } from '@skene/sdk/nest';
import { Stripe } from 'stripe';
import { CurrentUser, SessionGuard } from './session.guard.ts';
import { type User, Users } from './users.ts';

@Controller()
export class AccountController {
  readonly #logger = new Logger(AccountController.name);

  constructor(
    private readonly users: Users,
    private readonly skene: Skene,
    private readonly stripe: Stripe,
  ) {}

  @Post('signup')
  signUp(@Body() { email, name }: Record<string, unknown>): Promise<{ id: string; token: string }> {
    if (typeof email !== 'string' || typeof name !== 'string')
      throw new BadRequestException('An account needs an email and a name.');
    return this.users.signUp(email, name);
  }

  /** Something the user does in the app: a row for the loops that read the table, an event for those that wait for one. */
  @Post('events')
  @UseGuards(SessionGuard)
  async record(@CurrentUser() user: User, @Body('name') name: string): Promise<void> {
    await this.users.record(user, name);
    this.skene.track({ name, subject: user.id }).catch((error: unknown) => this.#logger.warn(String(error)));
  }

  /** Where the user pays. `client_reference_id` is by what Skene knows whose subscription it becomes. */
  @Post('checkout')
  @UseGuards(SessionGuard)
  async checkOut(@CurrentUser() user: User): Promise<{ url: string | null }> {
    const { url } = await this.stripe.checkout.sessions.create({
      mode: 'subscription',
      client_reference_id: user.id,
      customer_email: user.email,
      line_items: [{ price: process.env.STRIPE_PRICE, quantity: 1 }],
      success_url: `${process.env.APP_URL}/welcome`,
    });
    return { url };
  }
}
