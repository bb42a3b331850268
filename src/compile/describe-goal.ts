import { formatDuration } from '../config/index.ts';
import { type GoalSign, namesOf, type Plan } from '../plan/index.ts';

/** Says in words what a plan exists for, and by what it is told. */
export function describeGoal({ goal }: Plan): string[] {
  if (goal === undefined) return [];
  const looks = goal.look === undefined ? '' : `; looked for every ${formatDuration(goal.look)}`;
  return [`goal within ${formatDuration(goal.within)}: ${describeSign(goal.sign)}${looks}`];
}

function describeSign(sign: GoalSign): string {
  switch (sign.type) {
    case 'event':
      return `the event ${namesOf(sign).join(' or ')}`;
    case 'query': {
      const tables = [...new Set(sign.wakes.map(({ table, column }) => `${table} (by ${column})`))];
      const told = tables.length === 0 ? '' : `, asked when rows of ${tables.join(', ')} change`;
      return `a row of ${sign.sql.replace(/\s+/g, ' ').trim()}${told}`;
    }
    case 'activity': {
      const { column, actions } = sign;
      const seen = column ?? (actions && `${actions.table}.${actions.time}`);
      return `anything new that the user does${seen === undefined ? '' : `, or a later ${seen}`}`;
    }
  }
}
