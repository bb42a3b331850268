import { html } from 'hono/html';
import { LIVE_SCRIPT, type Markup, PAGE_HEADERS, renderDocument, type View } from '../../dashboard/index.ts';
import { isSkeneError, messageOf, RequestError } from '../../errors/index.ts';
import { createOperations } from '../../operations/index.ts';
import { type Listening, listen } from '../listen.ts';
import { problemOf, type Tool, toolCard } from './form.ts';
import { type PlaygroundParts, placesOf, type Stage, TEMPLATES_PATH } from './parts.ts';
import { runPanel, storyPanel } from './run-panel.ts';
import { lookAround, type Scene } from './scene.ts';
import { templateFrame, templatesView } from './templates.ts';
import { clockTool, moveClock } from './tools/clock.ts';
import { eventTool, sendEvent } from './tools/event.ts';
import { faultTool, setFault } from './tools/fault.ts';
import { callRoute, gateTool } from './tools/gate.ts';
import { insertRow, rowTool } from './tools/row.ts';
import { runStatement, sqlTool } from './tools/sql.ts';

export { PLAYGROUND_PATH, placesOf, TEMPLATES_PATH } from './parts.ts';

/** The playground: a page on which the stack is played with. */
export interface Playground {
  /** Answers for {@link PLAYGROUND_PATH} and {@link TEMPLATES_PATH}. */
  handle(request: Request): Promise<Response>;
  close(): Promise<void>;
}

const LIVE_MS = 1_000;

/** What forms ask for, by their tools. Each answers with what came of it. */
const DEEDS: Readonly<Record<string, (form: URLSearchParams, stage: Stage) => Promise<Markup>>> = {
  clock: moveClock,
  row: insertRow,
  sql: runStatement,
  event: sendEvent,
  gate: callRoute,
  fault: setFault,
};

/** Makes the playground of a stack; nothing is opened before somebody looks at it. */
export function createPlayground(parts: PlaygroundParts): Playground {
  let opened: Promise<{ stage: Stage; listening: Listening }> | undefined;

  async function open() {
    const listening = await listen((request) => parts.redis.handle(request), { port: 0 });
    const { env } = parts;
    const operations = createOperations({
      qstash: env.qstash,
      namespace: env.namespace,
      redis: { ...env.redis, url: listening.url },
    });
    return { listening, stage: { ...parts, operations } };
  }

  return {
    async handle(request) {
      opened ??= open();
      const { stage } = await opened;
      const { pathname, searchParams: query } = new URL(request.url);
      if (query.get('asset') === 'live.js')
        return new Response(LIVE_SCRIPT, { headers: { 'content-type': 'text/javascript; charset=utf-8' } });
      if (pathname === TEMPLATES_PATH)
        return query.get('part') === 'html'
          ? templateFrame(query, stage)
          : page(await templatesView(query, stage), stage);
      if (request.method === 'GET') return page(await viewOf(query, stage), stage);
      if (request.method !== 'POST') throw new RequestError('METHOD_NOT_ALLOWED', 'Ask with GET or POST.');
      const tool = query.get('do') ?? '';
      const result = await resultOf(tool, new URLSearchParams(await request.text()), stage);
      return page(await viewOf(query, stage, { tool, result }), stage);
    },
    close: async () => (await opened)?.listening.close(),
  };
}

async function page({ body, ...view }: View, { urls, unserved }: Stage): Promise<Response> {
  const reason = unserved();
  const told = reason === undefined ? body : html`<div class="card bad" role="alert">${reason}</div>${body}`;
  return new Response(
    await renderDocument({ ...view, body: told }, { places: placesOf(urls), everyMs: LIVE_MS }),
    {
      headers: PAGE_HEADERS,
    },
  );
}

/** Does what a form asks, and waits until everything that follows from it at once has been done. */
async function resultOf(tool: string, form: URLSearchParams, stage: Stage): Promise<Markup> {
  const deed = Object.hasOwn(DEEDS, tool) ? DEEDS[tool] : undefined;
  if (deed === undefined) throw new RequestError('REQUEST_INVALID', 'Nothing like that can be done here.');
  try {
    const result = await deed(form, stage);
    await stage.settle();
    return result;
  } catch (error) {
    return problemOf(messageOf(error), isSkeneError(error) ? error.hint : undefined);
  }
}

interface Result {
  tool: string;
  result: Markup;
}

async function viewOf(query: URLSearchParams, stage: Stage, done?: Result): Promise<View> {
  const scene = await lookAround(query, stage);
  const card = (tool: Tool) => toolCard(tool, done?.tool === tool.name ? done.result : undefined);
  const tools = [
    await rowToolOr(scene, stage),
    eventTool(scene, stage),
    gateTool(scene, stage),
    faultTool(scene, stage),
    sqlTool(scene),
  ];
  const body = html`${card(clockTool(scene, stage))}
    <div class="play">
      <div class="tools">${tools.map(card)}</div>
      <div class="watch">
        <section class="card" aria-labelledby="title-run"><h2 id="title-run">The run</h2>${runPanel(scene, stage)}</section>
        <section class="card" aria-labelledby="title-story"><h2 id="title-story">What happens</h2>${storyPanel(scene, stage)}</section>
      </div>
    </div>`;
  return { title: 'Playground', body, current: 'Playground' };
}

/** The database may be out of reach: the rest can be played with all the same. */
async function rowToolOr(scene: Scene, stage: Stage): Promise<Tool> {
  return rowTool(scene, stage).catch((error: unknown) => ({
    name: 'row',
    title: 'Insert a row',
    body: problemOf(messageOf(error), isSkeneError(error) ? error.hint : undefined),
  }));
}
