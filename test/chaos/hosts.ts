import type { Database, OpenDatabase } from '../../src/databases/index.ts';
import { openDatabase } from '../../src/databases/open/any.ts';
import { createEnv, type EnvSource } from '../../src/env/index.ts';
import type { Report } from '../../src/intake/index.ts';
import type { Deployment } from '../../src/plan/index.ts';
import { createRouter } from '../../src/server/router.ts';
import { workflows } from '../../workflows/index.ts';
import { layCable } from './cable.ts';
import type { FaultPlan } from './faults.ts';
import type { projectOf } from './loops.ts';
import { createLife, type Handler, inScope, type Life } from './network.ts';

/** A process of the functions. */
export interface Host {
  name: string;
  deployment: Deployment;
  life: Life;
  /** Deals with a request, on behalf of a delivery of this name. */
  handle(request: Request, scope: string): Promise<Response>;
}

/** What processes are started with. */
export interface HostOptions {
  plan: FaultPlan;
  variables: EnvSource;
  databaseUrl: string;
  now: () => number;
  /** How far the clocks of processes are off, in ms. */
  skewMs: number;
  report: (report: Report) => void;
}

/** Starts processes. What they hold is theirs alone, and gone with them. */
export function createHosts({ plan, variables, databaseUrl, now, skewMs, report }: HostOptions) {
  const alive = new Set<Host>();
  let started = 0;

  async function start(project: ReturnType<typeof projectOf>): Promise<Host> {
    started += 1;
    const name = `process ${started}`;
    const opened: Database[] = [];
    const life = createLife(() => {
      alive.delete(host);
      cable.cut();
      for (const database of opened) database.close().catch(() => {});
    });
    const cable = await layCable(databaseUrl, {
      draw: (place) => plan.cable(`${name} ${place}`),
      kill: () => life.end(),
    });
    const open: OpenDatabase = async (options) => {
      const database = await openDatabase(options);
      opened.push(database);
      return database;
    };
    const skew = Math.round((plan.roll(`${name} clock`) * 2 - 1) * skewMs);
    const route: Handler = createRouter(
      { ...project, workflows, openDatabase: open },
      { env: createEnv({ ...variables, DATABASE_URL: cable.url }), now: () => now() + skew, report },
    );
    const host: Host = {
      name,
      deployment: project.deployment,
      life,
      handle(request, scope) {
        const answer = inScope({ name: scope, life, calls: 0 }, () => route(request));
        answer.catch(() => {});
        return Promise.race([answer, life.over]);
      },
    };
    alive.add(host);
    return host;
  }

  return {
    start,
    get started() {
      return started;
    },
    endAll(): void {
      for (const host of [...alive]) host.life.end();
    },
  };
}
