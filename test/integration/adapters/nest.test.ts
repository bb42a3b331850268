import {
  Body,
  type CanActivate,
  Controller,
  type DynamicModule,
  type INestApplication,
  Module,
  Post,
} from '@nestjs/common';
import { APP_GUARD, HttpAdapterHost, NestFactory } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Skene, SkeneModule } from '../../../src/adapters/nest.ts';
import { USUAL_PATH } from '../../../src/adapters/web.ts';
import { compileConfig } from '../../../src/compile/index.ts';
import { resolveConfig } from '../../../src/config/index.ts';
import { openDatabase } from '../../../src/databases/open/any.ts';
import { builtInTemplates } from '../../../src/email/index.ts';
import type { EnvSource } from '../../../src/env/index.ts';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { freePort } from '../../servers/free-port.ts';
import { activation } from '../loops/activation.ts';

const compiled = {
  deployment: compileConfig(resolveConfig(activation)),
  openDatabase,
  templates: builtInTemplates,
  actions: {},
};

class Echo {
  echo(body: unknown): unknown {
    return { body };
  }
}
Controller('echo')(Echo);
Post()(Echo.prototype, 'echo', Object.getOwnPropertyDescriptor(Echo.prototype, 'echo') ?? {});
Body()(Echo.prototype, 'echo', 0);

class Closed implements CanActivate {
  canActivate = (): boolean => false;
}

/** An app of which nobody gets past the guard. */
function appModule(skene: DynamicModule, isClosed = true): DynamicModule {
  class App {}
  Module({})(App);
  const providers = isClosed ? [{ provide: APP_GUARD, useClass: Closed }] : [];
  return { module: App, imports: [skene], controllers: [Echo], providers };
}

/** For the body parser that a NestJS app has unless told. */
const tooLong = JSON.stringify({ text: 'x'.repeat(300_000) });

const post = (url: string, body: string, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });

const quiet = { logger: false, abortOnError: false } as const;

describe('SkeneModule', () => {
  let world: World;
  let app: INestApplication;
  let url: string;
  let variables: EnvSource;

  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    world = await createWorld({ config: activation, variables: { SKENE_URL: `${url}${USUAL_PATH}` } });
    const { env, urls } = world.stack;
    variables = {
      SKENE_URL: url,
      SKENE_SECRET: env.secret,
      SKENE_FROM: 'Example <hello@example.com>',
      QSTASH_URL: urls.qstash,
      QSTASH_TOKEN: env.qstash.token,
      QSTASH_CURRENT_SIGNING_KEY: env.signingKeys.current,
      QSTASH_NEXT_SIGNING_KEY: env.signingKeys.next,
      UPSTASH_REDIS_REST_URL: urls.redis,
      UPSTASH_REDIS_REST_TOKEN: env.redis.token,
      RESEND_API_KEY: 're_dev',
      RESEND_BASE_URL: urls.inbox,
      DATABASE_URL: urls.database,
    };
    app = await NestFactory.create(appModule(SkeneModule.forRoot({ compiled, variables })), quiet);
    app.setGlobalPrefix('v1');
    await app.listen(port, '127.0.0.1');
  });
  afterAll(async () => {
    await app?.close();
    await world?.close();
  });

  it('serves the runs of a loop, in front of the guards, the prefix and the body parser of the app', async () => {
    const { id, email } = await world.signUp({ activation_link: 'https://example.com/start' });
    await world.rows('user_actions').insert({ user_id: id, action_type: 'first_project_created' });
    expect(world.emails.map(({ to }) => to)).toEqual([[email]]);
    expect((await post(`${url}/v1/echo`, '{}')).status).toBe(403);
  });

  it('provides events, of which the body parser of the app would refuse the larger', async () => {
    const skene = app.get(Skene);
    await skene.track({ name: 'report.made', subject: '7', data: { text: tooLong } });
    expect((await post(`${url}/v1/echo`, tooLong)).status).toBe(413);
  });

  it('leaves to the functions whom they let in, and what they know', async () => {
    const forged = await post(`${url}/api/skene/workflows/v1/activation`, '{}');
    expect([forged.status, forged.headers.get('content-type')]).toEqual([401, 'application/problem+json']);
    expect((await post(`${url}/api/skene/elsewhere`, '{}')).status).toBe(404);
    expect(
      (await post(`${url}/api/skene/events`, '{', { authorization: `Bearer ${variables.SKENE_SECRET}` }))
        .status,
    ).toBe(400);
  });

  it('says what became of an event that was not accepted', async () => {
    const wrong = SkeneModule.forRoot({
      compiled,
      variables: { ...variables, SKENE_SECRET: 'x'.repeat(16) },
    });
    const context = await NestFactory.createApplicationContext(appModule(wrong), quiet);
    await expect(context.get(Skene).track({ name: 'a', subject: '7' })).rejects.toThrow('401');
    await context.close();
  });

  it('can be set up by what the app injects, at a path of its own', async () => {
    const skene = SkeneModule.forRootAsync({
      useFactory: async () => ({ compiled, variables, path: '/growth/' }),
    });
    const other = await NestFactory.create(appModule(skene, false), quiet);
    await other.listen(0, '127.0.0.1');
    const base = await other.getUrl();
    const health = await fetch(`${base}/growth/health`);
    expect(await health.json()).toMatchObject({ secret: 'ok', url: 'ok' });
    expect(await (await post(`${base}/echo`, '{"a":1}')).json()).toEqual({ body: { a: 1 } });
    await other.close();
  });

  it('is mounted in the app of a testing module too', async () => {
    const imports = [SkeneModule.forRoot({ compiled, variables })];
    const tested = (await Test.createTestingModule({ imports }).compile()).createNestApplication(quiet);
    await tested.listen(0, '127.0.0.1');
    const answer = await post(`${await tested.getUrl()}${USUAL_PATH}/events`, tooLong);
    expect(answer.status).toBe(401);
    await tested.close();
  });

  it('says that it needs Express', async () => {
    const host = { httpAdapter: { getType: () => 'fastify' } };
    const testing = Test.createTestingModule({ imports: [SkeneModule.forRoot({ compiled, variables })] });
    await expect(testing.overrideProvider(HttpAdapterHost).useValue(host).compile()).rejects.toThrow(
      'Fastify',
    );
  });
});
