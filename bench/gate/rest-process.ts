/** A Redis behind Upstash's REST protocol in a process of its own: prints its address, and ends with its parent. */
import { startRedisRestServer } from '../../test/servers/redis-rest.ts';

const server = await startRedisRestServer({ takesUpstashLine: true, delayMs: Number(process.argv[2] ?? 0) });
console.log(server.url);
process.stdin.resume().on('end', async () => {
  await server.stop();
  process.exit();
});
