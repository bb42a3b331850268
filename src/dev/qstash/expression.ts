const LONGEST_EXPRESSION = 1000;
const DEEPEST_NESTING = 50;

const FUNCTIONS: Record<string, { arity: number; apply: (...values: number[]) => number }> = {
  pow: { arity: 2, apply: Math.pow },
  min: { arity: 2, apply: Math.min },
  max: { arity: 2, apply: Math.max },
  sqrt: { arity: 1, apply: Math.sqrt },
  abs: { arity: 1, apply: Math.abs },
  exp: { arity: 1, apply: Math.exp },
  floor: { arity: 1, apply: Math.floor },
  ceil: { arity: 1, apply: Math.ceil },
  round: { arity: 1, apply: Math.round },
};

/** A parsed `Upstash-Retry-Delay`: from how often the message has been retried (0 for the first retry) to ms. */
export type RetryDelay = (retried: number) => number;

interface Scanner {
  next(): string | undefined;
  take(): string;
  expect(token: string): void;
  fail(): never;
}

function createScanner(text: string): Scanner {
  const tokens = text.match(/\d+(?:\.\d+)?|[a-z]+|[-+*/(),]|\S/gi) ?? [];
  let position = 0;
  const fail = (): never => {
    const found = tokens[position] === undefined ? 'the end' : `"${tokens[position]}"`;
    throw new SyntaxError(
      `retry delay "${text}" does not parse at ${found}; allowed are numbers, retried, + - * / ( ) and ` +
        `${Object.keys(FUNCTIONS).join(', ')}`,
    );
  };
  return {
    next: () => tokens[position],
    take: () => tokens[position++] ?? fail(),
    expect(token) {
      if (tokens[position] !== token) fail();
      position += 1;
    },
    fail,
  };
}

function parseSum(scanner: Scanner, depth: number): RetryDelay {
  let left = parseProduct(scanner, depth);
  for (let sign = scanner.next(); sign === '+' || sign === '-'; sign = scanner.next()) {
    scanner.take();
    const [first, second] = [left, parseProduct(scanner, depth)];
    left = sign === '+' ? (n) => first(n) + second(n) : (n) => first(n) - second(n);
  }
  return left;
}

function parseProduct(scanner: Scanner, depth: number): RetryDelay {
  let left = parseUnary(scanner, depth);
  for (let sign = scanner.next(); sign === '*' || sign === '/'; sign = scanner.next()) {
    scanner.take();
    const [first, second] = [left, parseUnary(scanner, depth)];
    left = sign === '*' ? (n) => first(n) * second(n) : (n) => first(n) / second(n);
  }
  return left;
}

function parseUnary(scanner: Scanner, depth: number): RetryDelay {
  if (depth > DEEPEST_NESTING) scanner.fail();
  if (scanner.next() !== '-') return parseAtom(scanner, depth);
  scanner.take();
  const value = parseUnary(scanner, depth + 1);
  return (n) => -value(n);
}

function parseAtom(scanner: Scanner, depth: number): RetryDelay {
  const token = scanner.next() ?? scanner.fail();
  if (token === '(') {
    scanner.take();
    const inner = parseSum(scanner, depth + 1);
    scanner.expect(')');
    return inner;
  }
  if (/^\d/.test(token)) {
    const value = Number(scanner.take());
    return () => value;
  }
  if (token === 'retried') {
    scanner.take();
    return (retried) => retried;
  }
  return parseCall(scanner, depth);
}

function parseCall(scanner: Scanner, depth: number): RetryDelay {
  const name = scanner.next() ?? scanner.fail();
  const called = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (called === undefined) return scanner.fail();
  scanner.take();
  scanner.expect('(');
  const values = [parseSum(scanner, depth + 1)];
  while (values.length < called.arity) {
    scanner.expect(',');
    values.push(parseSum(scanner, depth + 1));
  }
  scanner.expect(')');
  return (retried) => called.apply(...values.map((value) => value(retried)));
}

/**
 * Parses a retry-delay expression (`1000 * pow(2, retried)`, in ms). Nothing in it is ever evaluated as code.
 * Throws a `SyntaxError` that says where it does not parse.
 */
export function parseRetryDelay(text: string): RetryDelay {
  if (text.length > LONGEST_EXPRESSION) {
    throw new SyntaxError(`retry delay is longer than ${LONGEST_EXPRESSION} characters`);
  }
  const scanner = createScanner(text);
  const delay = parseSum(scanner, 0);
  if (scanner.next() !== undefined) scanner.fail();
  return delay;
}
