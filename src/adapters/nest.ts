/**
 * `@skene/sdk/nest`: all functions as a module of a NestJS app, and its events as something to inject. Nothing of NestJS is loaded by it.
 */
import type { DynamicModule, MiddlewareConsumer, NestModule } from '@nestjs/common';
import { type TrackedEvent, track } from '../index.ts';
import { skene as middleware } from './express.ts';
import { type Compiled, type MountOptions, USUAL_PATH } from './web.ts';

/**
 * What {@link SkeneModule} provides: inject it by its class.
 * @example
 * constructor(private readonly skene: Skene) {}
 * await this.skene.track({ name: 'project.created', subject: user.id });
 */
export abstract class Skene {
  /** As `track()` of `@skene/sdk`: sends an event to the functions at SKENE_URL. */
  abstract track(event: TrackedEvent): Promise<void>;
}

/** The module that mounts the functions. */
export const SkeneModule = {
  /**
   * Mounts the functions, in front of the app's own guards, interceptors and pipes: each verifies by itself who calls. A global prefix
   * of the app precedes `path`; a path in SKENE_URL then has to have both.
   * @param compiled what `skene build` wrote.
   * @example
   * imports: [SkeneModule.forRoot(compiled)]
   * // and in main.ts, as signatures are made over the bytes that came:
   * const app = await NestFactory.create<NestExpressApplication>(AppModule, { rawBody: true });
   */
  forRoot(compiled: Compiled, options: MountOptions = {}): DynamicModule {
    const { path = USUAL_PATH } = options;
    class MountedFunctions implements NestModule {
      configure(consumer: MiddlewareConsumer): void {
        consumer.apply(middleware(compiled, options)).forRoutes(`${path}/*path`);
      }
    }
    return {
      module: MountedFunctions,
      global: true,
      providers: [{ provide: Skene, useValue: { track } satisfies Skene }],
      exports: [Skene],
    };
  },
};
