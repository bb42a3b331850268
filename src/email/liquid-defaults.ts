import type { Arguments, Filter, Template, Value } from 'liquidjs';

type Argument = Arguments extends Iterable<infer One> ? One : never;

/**
 * Lets `default` stand for what is missing wherever it comes in a chain of filters, in templates that are rendered with strict variables:
 * what is missing goes past the filters before it, and a fallback that is missing itself matters only where it is needed. liquidjs alone
 * takes a missing variable for an error unless `default` comes first, and looks at every fallback. What a template asks of its values
 * ({@link Template.arguments}) becomes what has to be there.
 * @param templates freshly parsed; changed in place.
 * @param childrenOf the templates inside of a tag.
 */
export function letDefaultsStand(
  templates: readonly Template[],
  childrenOf: (template: Template) => readonly Template[],
): void {
  for (const template of templates) {
    letDefaultsStand(childrenOf(template), childrenOf);
    const [value, ...others] = template.arguments?.() ?? [];
    if (others.length === 0 && hasDefault(value)) relax(template, value);
  }
}

function hasDefault(value: Argument | undefined): value is Value {
  return value !== undefined && 'value' in value && value.filters.some(isDefault);
}

function relax(template: Template, value: Value): void {
  const { filters } = value;
  const last = filters.findLastIndex(isDefault);
  const evaluate = value.value.bind(value);
  value.value = (context) => evaluate(context, true);
  for (const [index, filter] of filters.slice(0, last + 1).entries()) {
    const render = filter.render.bind(filter);
    filter.render = isDefault(filter) ? needing(render, { isLast: index === last }) : passing(render);
  }
  const needed = filters.filter((filter, index) => index >= last || !isDefault(filter));
  template.arguments = () => [withParts(value, needed)];
}

/** A filter that what is missing goes past. */
function passing(render: Filter['render']): Filter['render'] {
  return function* (input, context) {
    return isMissing(input) ? input : yield* render(input, context);
  };
}

/** A `default` whose fallback has to be there only where nothing else is. */
function needing(render: Filter['render'], { isLast }: { isLast: boolean }): Filter['render'] {
  return function* (input, context) {
    try {
      return yield* render(input, context);
    } catch (error) {
      if (!isAboutMissing(error) || (isLast && isEmpty(input))) throw error;
      return input;
    }
  };
}

/** Of a value no more than these filters, for what their arguments need. */
function withParts(value: Value, filters: readonly Filter[]): Value {
  return Object.assign(Object.create(Object.getPrototypeOf(value)), {
    initial: { postfix: [] },
    filters,
  }) as Value;
}

const isDefault = ({ name }: Filter): boolean => name === 'default';

const isMissing = (value: unknown): boolean => value === undefined || value === null;

/** Whether `default` would put its fallback in the place of a value. */
const isEmpty = (value: unknown): boolean =>
  isMissing(value) || value === false || value === '' || (Array.isArray(value) && value.length === 0);

const isAboutMissing = (error: unknown): boolean =>
  error instanceof Error && error.name === 'UndefinedVariableError';
