import type { DatabaseSyncPlan, ScheduleAction, WebhookByHand, WebhookSyncPlan } from '../sync/index.ts';
import { WEBHOOK_PLACES } from '../sync/index.ts';
import { printTable } from './print-table.ts';
import type { Terminal } from './terminal.ts';

/** What a sync would do; a part that was not asked for is not there. */
export interface SyncPlan {
  database: DatabaseSyncPlan | undefined;
  schedules: ScheduleAction[] | undefined;
  webhooks: WebhookSyncPlan | undefined;
}

/** A secret that an endpoint's webhooks are signed with. */
interface MadeSecret {
  provider: WebhookByHand['provider'];
  secret: string;
}

/** Prints what a sync would do as a table, and what is left to do by hand. */
export function printSyncPlan({ database, schedules, webhooks }: SyncPlan, terminal: Terminal): void {
  const rows = [
    ...(database?.actions ?? []).map(({ action, table, trigger = '', reason }) => [
      action,
      table,
      trigger,
      reason,
    ]),
    ...(schedules ?? []).map(({ action, id, cron, destination }) => [
      action,
      'QStash schedule',
      id,
      `${cron} ${destination}`,
    ]),
    ...(webhooks?.actions ?? []).map(({ action, provider, url, reason }) => [
      action,
      `${WEBHOOK_PLACES[provider].name} webhook`,
      url,
      reason,
    ]),
  ];
  if (rows.length > 0) printTable([['action', 'what', 'name', 'why'], ...rows], terminal);
  else if (webhooks === undefined || webhooks.byHand.length === 0)
    terminal.out(
      'There is nothing to keep in step: no loop watches a table, has a schedule or needs a webhook.',
    );
  for (const one of webhooks?.byHand ?? []) printByHand(one, terminal);
}

function printByHand({ provider, url, events, reason }: WebhookByHand, { colors, out }: Terminal): void {
  const { name, page, variable } = WEBHOOK_PLACES[provider];
  out(`\n${colors.bold(`By hand, at ${name}`)} (${reason}):`);
  out(`  where   ${page}`);
  out(`  URL     ${url}`);
  out(`  events  ${events.join(', ')}`);
  out(`  then    set what it shows as its signing secret: vercel env add ${variable} production`);
}

/** Prints the secrets of endpoints that were made: their providers may not tell them again. */
export function printSecrets(secrets: readonly MadeSecret[], { colors, out }: Terminal): void {
  for (const { provider, secret } of secrets) {
    const { name, variable } = WEBHOOK_PLACES[provider];
    out(`\n${colors.bold(`${name} signs with this secret`)}, which is not shown again:`);
    out(`  ${secret}`);
    out(`  Set it where the functions run, and deploy: vercel env add ${variable} production`);
    out('  Until then its webhooks are refused, and it sends them again.');
  }
}
