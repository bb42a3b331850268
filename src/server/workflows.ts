import { databaseOf, once } from '../changes/index.ts';
import type { CustomAction } from '../config/index.ts';
import type { OpenDatabase } from '../databases/index.ts';
import { createMailer, type TemplateSource } from '../email/index.ts';
import { createEnv } from '../env/index.ts';
import { RequestError } from '../errors/index.ts';
import { createServices } from '../intake/index.ts';
import type { Deployment } from '../plan/index.ts';
import { createReceiver, STEP_PROTOCOL, verifyQStashRequest } from '../runs/index.ts';
import { serveWorkflow, type WorkflowDefinition, type WorkflowHost } from '../runtime/index.ts';
import { readBody } from '../sources/index.ts';
import { answering, type Handler, type HandlerOptions } from './respond.ts';

/** What the workflow function serves. */
export interface WorkflowSources {
  deployment: Deployment;
  /** Opens the database the deployment was built for. */
  openDatabase: OpenDatabase;
  workflows: Readonly<Record<string, WorkflowDefinition>>;
  templates: Readonly<Record<string, TemplateSource>>;
  actions: Readonly<Record<string, CustomAction>>;
}

/** QStash's largest message when paying as you go, with room for the results of earlier steps. */
const MOST_STEP_BYTES = 12_000_000;

/** `POST /api/workflows/v1/{type}`: the steps of runs, as QStash calls for them. Anything without QStash's signature is refused. */
export function createWorkflowsHandler(
  sources: WorkflowSources,
  options: HandlerOptions = {},
): { POST: Handler } {
  const { deployment, openDatabase, workflows, templates, actions } = sources;
  const env = options.env ?? createEnv();
  const host: WorkflowHost = {
    services: createServices(env, options),
    database: databaseOf(env, deployment.database, openDatabase),
    mailer: once(async () =>
      createMailer({ apiKey: env.resend.apiKey, baseUrl: env.resend.baseUrl, preview: env.isPreview }),
    ),
    templates,
    actions,
    plans: deployment.plans,
    settings: deployment.email,
  };
  const served = new Map<string, Handler>();

  function serving(type: string): Handler {
    const known = served.get(type);
    if (known !== undefined) return known;
    const definition = Object.hasOwn(workflows, type) ? workflows[type] : undefined;
    if (definition === undefined)
      throw new RequestError('NOT_FOUND', `There is no workflow of type "${type}".`);
    const url = `${env.functionsUrl}/workflows/${STEP_PROTOCOL}/${type}`;
    const handler = refusingForged(url, serveWorkflow(definition, url, host));
    served.set(type, handler);
    return handler;
  }

  /** Upstash's handler answers a forged call like a failure of ours; whoever sends one is told that it is theirs. */
  function refusingForged(url: string, handler: Handler): Handler {
    return async (request) => {
      const body = await readBody(request.clone(), MOST_STEP_BYTES);
      const signature = request.headers.get('upstash-signature');
      await verifyQStashRequest(createReceiver(env.signingKeys, url), { signature, body });
      return handler(request);
    };
  }

  return {
    POST: answering(async (request) => {
      const type = new URL(request.url).pathname.split('/').at(-1) ?? '';
      return serving(type)(request);
    }),
  };
}
