import { actionsOf, type CheckContext, type Finding } from './context.ts';

/** Every custom action that a step names is defined. */
export function checkActions({ config }: CheckContext): Finding[] {
  const known = Object.keys(config.actions);
  return actionsOf(config).flatMap(({ action, path }): Finding[] => {
    if (action.type !== 'custom' || known.includes(action.name)) return [];
    const listed = known.length === 0 ? 'There are none yet.' : `There are: ${known.join(', ')}.`;
    return [
      {
        code: 'action_not_found',
        path: [...path, 'name'],
        message: `is "${action.name}", and there is no action of that name`,
        hint: `Define it: export default defineConfig({ loops, actions: { ${action.name}: async ({ user }) => { … } } }). ${listed}`,
      },
    ];
  });
}
