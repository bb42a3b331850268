import { ConfigError } from '../errors/index.ts';
import { type ConfigIssue, issuesOf } from './issues.ts';
import { authorPath, type ExportForm, formatPath } from './path.ts';
import { plainCopy } from './plain-copy.ts';
import { quoted } from './quoted.ts';
import { type Config, ConfigSchema, type Loop } from './schema.ts';

/** A loop with its id filled in. */
export type ResolvedLoop = Loop & { id: string };
/** A configuration in which every loop has an id, unlike any other's. */
export type ResolvedConfig = Omit<Config, 'loops'> & { loops: ResolvedLoop[] };

/** What {@link safeResolveConfig} answers: the configuration, or what is wrong with it. */
export type ConfigResult = { config: ResolvedConfig; form: ExportForm } | { issues: ConfigIssue[] };

/**
 * Reads what a `skene.config.ts` exports: one loop, an array of loops, or `defineConfig({...})`. Fills in defaults.
 * @returns every problem at once, each with its path as the author wrote it (`steps[0].delay` for a bare loop).
 */
export function safeResolveConfig(exported: unknown): ConfigResult {
  const copied = plainCopy(exported);
  if ('problem' in copied) {
    const { path, message, hint } = copied.problem;
    return { issues: [{ code: 'invalid', path: formatPath(path), parts: path, message, hint }] };
  }
  const shape = shapeOf(copied.value);
  const result = ConfigSchema.safeParse(shape.config);
  if (!result.success)
    return {
      issues: issuesOf(result.error, { schema: ConfigSchema, input: shape.config, form: shape.form }),
    };
  const loops = result.data.loops.map((loop) => ({ ...loop, id: loop.id ?? loop.type }));
  const issues = duplicateIds(loops, shape.form);
  return issues.length > 0 ? { issues } : { config: { ...result.data, loops }, form: shape.form };
}

/** As {@link safeResolveConfig}; throws a {@link ConfigError} that names the first problem. */
export function resolveConfig(exported: unknown): ResolvedConfig {
  const result = safeResolveConfig(exported);
  if ('config' in result) return result.config;
  const [first] = result.issues;
  throw new ConfigError('CONFIG_INVALID', `skene.config.ts: ${first?.path} ${first?.message}`, {
    hint: first?.hint,
    where: { path: first?.path },
  });
}

interface Shape {
  config: unknown;
  form: ExportForm;
}

function shapeOf(exported: unknown): Shape {
  if (Array.isArray(exported)) return { config: { loops: exported }, form: 'array' };
  const isConfig =
    typeof exported !== 'object' ||
    exported === null ||
    'loops' in exported ||
    !('steps' in exported || 'type' in exported);
  return isConfig ? { config: exported, form: 'config' } : { config: { loops: [exported] }, form: 'loop' };
}

function duplicateIds(loops: ResolvedLoop[], form: ExportForm): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  const seen = new Map<string, number>();
  for (const [index, loop] of loops.entries()) {
    const earlier = seen.get(loop.id);
    seen.set(loop.id, earlier ?? index);
    if (earlier === undefined) continue;
    const path = authorPath(['loops', index, 'id'], form);
    issues.push({
      code: 'duplicate_id',
      path: formatPath(path),
      parts: path,
      message: `is ${quoted(loop.id)}, as is that of loop ${earlier + 1}`,
      hint: 'give each loop an id of its own; without one, its type is its id',
    });
  }
  return issues;
}
