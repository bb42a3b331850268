/**
 * `@skene/sdk/nest`: all functions as a module of a NestJS app on Express, and its events as something to inject.
 */
import { ConfigurableModuleBuilder, Global, Module } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { createEnv } from '../env/index.ts';
import { EnvError } from '../errors/index.ts';
import { type TrackedEvent, track } from '../index.ts';
import { type Middleware, skene as middleware } from './express.ts';
import { USUAL_PATH } from './usual-path.ts';
import type { Compiled, MountOptions } from './web.ts';

export { type NestGate, nestGate } from './nest-gate.ts';

/** How {@link SkeneModule} is set up. */
export interface SkeneModuleOptions extends MountOptions {
  /** What `skene build` wrote. */
  compiled: Compiled;
}

/**
 * What {@link SkeneModule} provides everywhere in the app: inject it by its class.
 * @example
 * constructor(private readonly skene: Skene) {}
 * await this.skene.track({ name: 'project.created', subject: user.id });
 */
export abstract class Skene {
  /** As `track()` of `@skene/sdk`: sends an event to the functions. @throws Error when they did not accept it. */
  abstract track(event: TrackedEvent): Promise<void>;
}

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<SkeneModuleOptions>({
  moduleName: 'Skene',
})
  .setClassMethodName('forRoot')
  .build();

/**
 * The module that mounts the functions. It does so before the app's body parser, whose limit and whose reading of the bytes that were signed
 * would be in the way, and before its guards, interceptors and pipes: each function verifies by itself who calls. `path` is all of the
 * path: no global prefix precedes it.
 * @example
 * imports: [SkeneModule.forRoot({ compiled })]
 */
export class SkeneModule extends ConfigurableModuleClass {}

const MOUNTED = Symbol('the mounted functions of Skene');

Global()(SkeneModule);
Module({
  providers: [
    { provide: MOUNTED, inject: [MODULE_OPTIONS_TOKEN, HttpAdapterHost], useFactory: mount },
    { provide: Skene, inject: [MODULE_OPTIONS_TOKEN], useFactory: createSkene },
  ],
  exports: [Skene],
})(SkeneModule);

/** Providers are made before an app has its body parser; a testing module's, before there is an app. */
function mount({ compiled, ...options }: SkeneModuleOptions, host: HttpAdapterHost): Middleware {
  const functions = middleware(compiled, options);
  const mountOn = (adapter: HttpAdapterHost['httpAdapter'] | null): void => {
    if (adapter?.getType() === 'fastify') throw expressNeeded();
    // A context without HTTP has no adapter.
    adapter?.use(pathOf(options), functions);
  };
  if (host.httpAdapter) mountOn(host.httpAdapter);
  else host.init$.subscribe(() => mountOn(host.httpAdapter));
  return functions;
}

function expressNeeded(): EnvError {
  return new EnvError('USAGE', 'SkeneModule mounts the functions on Express, and this app is on Fastify.', {
    hint: 'Give `skene(compiled)` of @skene/sdk/web a route of Fastify, or deploy the functions on their own.',
  });
}

function createSkene({ variables, ...options }: SkeneModuleOptions): Skene {
  const env = createEnv(variables, pathOf(options));
  return { track: async (event) => track(event, { url: env.functionsUrl, secret: env.secret }) };
}

const pathOf = ({ path = USUAL_PATH }: MountOptions): string => path.replace(/\/+$/, '');
