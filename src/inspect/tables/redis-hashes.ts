import { posix } from 'node:path';
import type { Column, Table } from '../model.ts';
import type { Repository } from '../repository.ts';
import {
  calleeName,
  isTreeNode,
  lineOfNode,
  nodesIn,
  parseTree,
  propertiesOf,
  type TreeNode,
  textOfNode,
  walk,
} from '../source-tree.ts';

/** The commands that write a hash whose fields are seen. */
const WRITES = ['hset', 'hmset', 'hsetnx'];

/** Reads the records that code keeps as hashes: `redis.hset(\`users:${id}\`, { email, name })` is a row of `users`. */
export async function readRedisHashes(repository: Repository): Promise<Table[]> {
  const tables = new Map<string, Table>();
  for (const file of repository.files.filter((path) => /\.[cm]?[jt]sx?$/.test(path))) {
    const text = await repository.read(file);
    if (text === undefined || !/\bh(?:m?set|setnx)\b/i.test(text)) continue;
    for (const node of walk(parseTree(text, file)))
      if (node.type === 'CallExpression' && WRITES.includes((calleeName(node) ?? '').toLowerCase()))
        readWrite(node, file, tables);
  }
  return [...tables.values()];
}

function readWrite(call: TreeNode, file: string, tables: Map<string, Table>): void {
  const [keyNode, value] = nodesIn(call.arguments);
  const key = keyOf(keyNode);
  if (key === undefined || value === undefined) return;
  const name = posix.basename(key.before.replace(/:$/, '').replaceAll(':', '/'));
  const place = { file, line: lineOfNode(call) };
  const table = tables.get(name) ?? {
    name,
    source: 'redis',
    dialect: 'redis',
    columns: [],
    primaryKey: ['id'],
    key: `${key.before}{id}${key.after}`,
    place,
  };
  tables.set(name, table);
  for (const [field, node] of propertiesOf(value))
    if (!table.columns.some((column) => column.name === field))
      table.columns.push(columnOf(field, { file, line: lineOfNode(node) }));
}

/** What a key has before and after the one thing that differs: \`users:${id}\` or 'users:' + id. */
function keyOf(node: TreeNode | undefined): { before: string; after: string } | undefined {
  if (node?.type === 'TemplateLiteral') {
    const parts = nodesIn(node.quasis).map(({ value }) => (value as { cooked?: string }).cooked ?? '');
    const [before = '', after = ''] = parts;
    // What follows the id without a colon is a part of it: `user_actions:${user}-first-project`.
    if (parts.length < 2 || !before.endsWith(':')) return undefined;
    return { before, after: parts.length === 2 && after.startsWith(':') ? after : '' };
  }
  if (node?.type !== 'BinaryExpression' || node.operator !== '+') return undefined;
  const before =
    isTreeNode(node.left) && node.left.type === 'StringLiteral' ? textOfNode(node.left) : undefined;
  return before?.endsWith(':') ? { before, after: '' } : undefined;
}

/** A field says nothing of its type; its name may. */
function columnOf(name: string, place: Column['place']): Column {
  const isTime = /(?:_at|At)$/.test(name);
  const owner = /^(\w+?)(?:_id|Id)$/.exec(name)?.[1];
  return {
    name,
    kind: isTime ? 'time' : 'text',
    nullable: true,
    references: owner === undefined ? undefined : { table: `${owner}s`, column: 'id' },
    place,
  };
}
