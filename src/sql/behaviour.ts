import { conjunctsOf, isLogical } from './conjuncts.ts';
import { functionName, isNode, type Node, nameOf, nodes, subqueryOf, walk } from './tree.ts';

/** Functions whose answer depends on their arguments alone. Any other may change without a row being written. */
const PURE = new Set(
  `abs all any array array_length array_position btrim cast cbrt ceil ceiling char_length character_length coalesce concat concat_ws
  convert date date_add date_format date_part date_sub date_trunc datediff day dayofmonth dayofweek dayofyear div exists exp extract
  field floor format from_unixtime generate_series greatest hour if ifnull initcap instr isnull json_array_length json_contains
  json_extract json_extract_path json_extract_path_text json_length json_unquote json_value jsonb_array_elements jsonb_array_length
  jsonb_exists jsonb_extract_path jsonb_extract_path_text jsonb_typeof least left length locate log lower lpad ltrim make_date
  make_interval md5 minute mod month not nullif position power quarter regexp_like regexp_match regexp_matches regexp_replace repeat
  replace reverse right round row rpad rtrim second sha1 sha2 sign some split_part sqrt starts_with str_to_date strpos substr
  substring timestampdiff to_char to_date to_number to_timestamp trim trunc truncate unnest upper week weekday year`.split(
    /\s+/,
  ),
);

/** Names without brackets that tell the time, and strings that a cast turns into it. */
const CLOCK_WORDS = /^(?:current_(?:date|time|timestamp)|localtime(?:stamp)?|utc_(?:date|time|timestamp))$/i;
const CLOCK_STRINGS = /^(?:now|today|tomorrow|yesterday)$/i;

/** Whether time, chance, a session or a function of the team's own can change what a query answers while no row is written. */
export function isTimeDependent(root: Node): boolean {
  for (const node of walk(root)) {
    const name = functionName(node);
    if (name !== undefined && node.type === 'function' && !PURE.has(name)) return true;
    if (node.type === 'column_ref' && CLOCK_WORDS.test(nameOf(node.column, 'postgres') ?? '')) return true;
    if (typeof node.value === 'string' && CLOCK_STRINGS.test(node.value)) return true;
  }
  return false;
}

/** Whether a query that has no row can come to have one only because a row was added or changed: never because one went away. */
export function isMonotone(root: Node): boolean {
  return isMonotoneSelect(root, true);
}

/** @param existence whether only the number of rows matters (none or some), and not what is in them. */
function isMonotoneSelect(select: Node, existence: boolean): boolean {
  const onlyCounts = existence && !(isNode(select._next) && /^intersect\b/i.test(String(select.set_op)));
  if (!limitAllows(select.limit, onlyCounts) || !limitAllows(select._limit, onlyCounts)) return false;
  if (!onlyCounts && dependsOnOtherRows(select)) return false;
  return (
    nodes(select.with).every((clause) => isMonotoneQuery(clause.stmt)) &&
    nodes(select.from).every(isMonotoneSource) &&
    isPositive(select.where) &&
    conjunctsOfHaving(select.having).every(isGrowingCount) &&
    (!isNode(select._next) || isMonotoneUnion(select.set_op, select._next, onlyCounts))
  );
}

function isMonotoneUnion(operator: unknown, next: Node, existence: boolean): boolean {
  return /^(?:union|intersect)\b/i.test(String(operator)) && isMonotoneSelect(next, existence);
}

/** A LIMIT never hides the only row, but may displace one that is looked for; an OFFSET may do both. */
function limitAllows(limit: unknown, existence: boolean): boolean {
  const values = isNode(limit) ? nodes(limit.value) : [];
  if (values.length === 0) return true;
  return existence && values.length === 1 && isNode(limit) && limit.seperator !== 'offset';
}

/** Whether the content of a row is made from others: an aggregate, a window, one picked of many. */
function dependsOnOtherRows(select: Node): boolean {
  const isPicked = isNode(select.distinct) && select.distinct.type === 'DISTINCT ON';
  return isPicked || hasAggregate(select.columns) || hasSubquery(select.columns);
}

function isMonotoneQuery(value: unknown): boolean {
  const query = subqueryOf(value);
  return query !== undefined && isMonotoneSelect(query, false);
}

/** A table or an inner join only adds rows; an outer join also answers for rows that are not there. */
function isMonotoneSource(entry: Node): boolean {
  if (typeof entry.join === 'string' && !/^(?:INNER |CROSS )?JOIN$/.test(entry.join)) return false;
  if (!isPositive(entry.on)) return false;
  if (entry.expr === undefined) return true;
  if (isNode(entry.expr) && entry.expr.type === 'tables')
    return nodes(entry.expr.expr).every(isMonotoneSource);
  return entry.type === 'expr' ? !hasSubquery(entry.expr) : isMonotoneQuery(entry.expr);
}

/** A condition on rows may be anything; one on other queries may only ask that rows exist. */
function isPositive(expression: unknown): boolean {
  if (!isNode(expression) || !hasSubquery(expression)) return true;
  if (isLogical(expression)) return isPositive(expression.left) && isPositive(expression.right);
  if (functionName(expression) === 'exists' && isNode(expression.args)) {
    const query = subqueryOf(nodes(expression.args.value)[0]);
    return query !== undefined && isMonotoneSelect(query, true);
  }
  if (expression.type !== 'binary_expr' || expression.operator !== 'IN' || !isNode(expression.right))
    return false;
  return !hasSubquery(expression.left) && isMonotoneQuery(nodes(expression.right.value)[0]);
}

function conjunctsOfHaving(having: unknown): Node[] {
  if (!isNode(having)) return [];
  const conjuncts = conjunctsOf(having);
  return conjuncts.length === 0 ? [having] : conjuncts;
}

/** `count(...) >= 3`: rows that are added can only bring it nearer. */
function isGrowingCount(conjunct: Node): boolean {
  const isAtLeast = conjunct.type === 'binary_expr' && ['>', '>='].includes(String(conjunct.operator));
  if (!isAtLeast || !isNode(conjunct.left) || !isNode(conjunct.right)) return false;
  return functionName(conjunct.left) === 'count' && conjunct.right.type === 'number';
}

/** Whether there is an aggregate, or a window over rows. */
function hasAggregate(value: unknown): boolean {
  for (const node of walk(value)) {
    if (node.type === 'aggr_func' || isNode(node.over)) return true;
  }
  return false;
}

function hasSubquery(value: unknown): boolean {
  for (const node of walk(value)) {
    if (node.type === 'select') return true;
  }
  return false;
}

/** Whether a query answers with one row whatever the data: a bare aggregate, or a SELECT without FROM and WHERE. */
export function isAlwaysMet(root: Node): boolean {
  if (isNode(root._next) || isNode(root.having) || isNode(root.groupby)) return false;
  if (nodes(root.from).length === 0) return !isNode(root.where);
  return nodes(root.columns).some(({ expr }) => isNode(expr) && isBareAggregate(expr));
}

/** An aggregate that is not a window, at any depth but inside a subquery: `count(*) > 0`. */
function isBareAggregate(expression: Node): boolean {
  if (expression.type === 'select') return false;
  if (expression.type === 'aggr_func') return !isNode(expression.over);
  return Object.values(expression).some((member) =>
    Array.isArray(member) ? nodes(member).some(isBareAggregate) : isNode(member) && isBareAggregate(member),
  );
}
