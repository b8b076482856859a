/**
 * Expressions of task files: arithmetic over the simulation, compiled once into closures, so that a
 * task file is data and never code. Comparisons give 1 or 0.
 *
 *   expr    = or ; or = and ('||' and)* ; and = compare ('&&' compare)*
 *   compare = sum (('<'|'<='|'>'|'>='|'=='|'!=') sum)? ; sum = product (('+'|'-') product)*
 *   product = power (('*'|'/') power)* ; power = unary ('^' power)? ; unary = ('-'|'!')? primary
 *   primary = number | name | name '[' n (':' n)? ']' | name '(' args ')' ('.' axis)? | '(' expr ')'
 */
export type Value = () => number;

/** What names mean. */
export interface Scope {
  /** A number such as `dt`; undefined when there is none. */
  constant(name: string): Value | undefined;
  /** An array such as `qpos`: reads it anew each time. Undefined when there is none. */
  array(name: string): (() => Float64Array) | undefined;
  /** A named element: `body("torso").z` asks for ('body', 'torso', 'z'). @throws RangeError */
  element(kind: string, name: string, part: string | undefined): Value;
  /** Value of `inner` at the end of the step before. */
  before(inner: Value): Value;
}

/** Fewest and most arguments of a function; absent: one. */
const arities: Readonly<Record<string, readonly [number, number]>> = {
  min: [2, Infinity],
  max: [2, Infinity],
  norm: [1, Infinity],
  atan2: [2, 2],
  clip: [3, 3],
};

const functions: Readonly<Record<string, (...args: number[]) => number>> = {
  abs: Math.abs,
  min: Math.min,
  max: Math.max,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  atan2: Math.atan2,
  tanh: Math.tanh,
  norm: Math.hypot,
  clip: (x, low, high) => Math.min(high!, Math.max(low!, x!)),
};
const reductions: Readonly<Record<string, (a: Float64Array, from: number, to: number) => number>> =
  {
    sum(a, from, to) {
      let sum = 0;
      for (let i = from; i < to; i++) sum += a[i]!;
      return sum;
    },
    sumsq(a, from, to) {
      let sum = 0;
      for (let i = from; i < to; i++) sum += a[i]! * a[i]!;
      return sum;
    },
  };
const elements = new Set(['body', 'site', 'joint', 'velocity', 'sensor', 'action']);

interface Token {
  readonly kind: 'number' | 'name' | 'string' | 'sign' | 'end';
  readonly text: string;
  readonly at: number;
}

function tokenize(source: string): Token[] {
  const pattern =
    /\s*(?:(\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)|([A-Za-z_]\w*)|"([^"]*)"|(<=|>=|==|!=|&&|\|\||[-+*/^()<>!,.:[\]]))/y;
  const tokens: Token[] = [];
  while (pattern.lastIndex < source.trimEnd().length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(source);
    if (!match)
      throw new RangeError(
        `unexpected "${source.slice(at).trim()[0]}" at character ${at + 1} of "${source}"`,
      );
    const kind = match[1] ? 'number' : match[2] ? 'name' : match[4] ? 'sign' : 'string';
    tokens.push({ kind, text: match[1] ?? match[2] ?? match[4] ?? match[3] ?? '', at });
  }
  tokens.push({ kind: 'end', text: 'end', at: source.length });
  return tokens;
}

type Operators = Readonly<Record<string, (a: number, b: number) => number>>;
const comparisons: Operators = {
  '<': (a, b) => (a < b ? 1 : 0),
  '<=': (a, b) => (a <= b ? 1 : 0),
  '>': (a, b) => (a > b ? 1 : 0),
  '>=': (a, b) => (a >= b ? 1 : 0),
  '==': (a, b) => (a === b ? 1 : 0),
  '!=': (a, b) => (a !== b ? 1 : 0),
};
/** From loosest to tightest. */
const levels: readonly Operators[] = [
  { '||': (a, b) => (a !== 0 || b !== 0 ? 1 : 0) },
  { '&&': (a, b) => (a !== 0 && b !== 0 ? 1 : 0) },
  comparisons,
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  { '*': (a, b) => a * b, '/': (a, b) => a / b },
];

class Parser {
  private at = 0;
  private readonly tokens: Token[];
  private readonly source: string;
  private readonly scope: Scope;

  constructor(source: string, scope: Scope) {
    this.source = source;
    this.scope = scope;
    this.tokens = tokenize(source);
  }

  parse(): Value {
    const value = this.level(0);
    this.end();
    return value;
  }

  /** @throws RangeError when text is left. */
  end(hint = ''): void {
    if (this.peek().kind !== 'end') this.fail(this.peek(), hint);
  }

  private peek(): Token {
    return this.tokens[this.at]!;
  }

  private take(text: string): boolean {
    const token = this.peek();
    if (token.kind !== 'sign' || token.text !== text) return false;
    this.at++;
    return true;
  }

  private expect(text: string): void {
    if (!this.take(text)) this.fail(this.peek(), `, expected "${text}"`);
  }

  private fail(token: Token, hint = ''): never {
    throw new RangeError(
      `unexpected "${token.text}" at character ${token.at + 1} of "${this.source}"${hint}`,
    );
  }

  private level(depth: number): Value {
    const operators = levels[depth];
    if (!operators) return this.power();
    let left = this.level(depth + 1);
    for (;;) {
      const token = this.peek();
      const apply = token.kind === 'sign' ? operators[token.text] : undefined;
      if (!apply) return left;
      this.at++;
      const a = left;
      const b = this.level(depth + 1);
      left = () => apply(a(), b());
      if (operators === comparisons && Object.hasOwn(comparisons, this.peek().text))
        this.fail(this.peek(), ': join two comparisons by &&');
    }
  }

  private power(): Value {
    if (this.take('-')) {
      const inner = this.power();
      return () => -inner();
    }
    if (this.take('!')) {
      const inner = this.power();
      return () => (inner() === 0 ? 1 : 0);
    }
    const base = this.primary();
    if (!this.take('^')) return base;
    const exponent = this.power();
    return () => base() ** exponent();
  }

  private primary(): Value {
    const token = this.peek();
    if (this.take('(')) {
      const inner = this.level(0);
      this.expect(')');
      return inner;
    }
    this.at++;
    if (token.kind === 'number') {
      const value = Number(token.text);
      return () => value;
    }
    if (token.kind !== 'name') this.fail(token);
    if (this.take('(')) return this.call(token);
    const constant = this.scope.constant(token.text);
    if (constant) return constant;
    this.at--;
    const { read, from, to, name } = this.slice();
    if (to !== from + 1)
      throw new RangeError(
        `"${name}" is an array in "${this.source}": give an index, or use sum or sumsq`,
      );
    return () => read()[from]!;
  }

  /** `qpos`, `qpos[3]`, `qpos[1:]`, `qpos[1:4]`. */
  slice(): { name: string; read: () => Float64Array; from: number; to: number } {
    const token = this.peek();
    const read = token.kind === 'name' ? this.scope.array(token.text) : undefined;
    if (!read) this.fail(token);
    this.at++;
    const length = read().length;
    if (!this.take('[')) return { name: token.text, read, from: 0, to: length };
    const first = this.integer();
    const isRange = this.take(':');
    if (first === undefined && !isRange) this.fail(this.peek(), ', expected an index');
    const from = first ?? 0;
    const to = isRange ? (this.integer() ?? length) : from + 1;
    this.expect(']');
    if (from >= to || to > length)
      throw new RangeError(
        `${token.text}[${from}:${to}] is empty or too long in "${this.source}", allowed 0 to ${length}`,
      );
    return { name: token.text, read, from, to };
  }

  private integer(): number | undefined {
    const token = this.peek();
    if (token.kind !== 'number' || !/^\d+$/.test(token.text)) return undefined;
    this.at++;
    return Number(token.text);
  }

  private call(name: Token): Value {
    const reduce = Object.hasOwn(reductions, name.text) ? reductions[name.text] : undefined;
    if (reduce) {
      const { read, from, to } = this.slice();
      this.expect(')');
      return () => reduce(read(), from, to);
    }
    if (elements.has(name.text)) return this.element(name.text);
    const args: Value[] = [];
    do args.push(this.level(0));
    while (this.take(','));
    this.expect(')');
    if (name.text !== 'before') return this.apply(name, args);
    this.checkCount(name, args.length, 1, 1);
    return this.scope.before(args[0]!);
  }

  private apply(name: Token, args: readonly Value[]): Value {
    const fn = Object.hasOwn(functions, name.text) ? functions[name.text] : undefined;
    if (!fn) this.fail(name);
    const [fewest, most] = arities[name.text] ?? [1, 1];
    this.checkCount(name, args.length, fewest, most);
    const [a, b, c] = args;
    if (args.length === 1) return () => fn(a!());
    if (args.length === 2) return () => fn(a!(), b!());
    if (args.length === 3) return () => fn(a!(), b!(), c!());
    return () => fn(...args.map((value) => value()));
  }

  private checkCount(name: Token, count: number, fewest: number, most: number): void {
    if (count >= fewest && count <= most) return;
    const allowed =
      fewest === most ? fewest : most === Infinity ? `${fewest} or more` : `${fewest} to ${most}`;
    throw new RangeError(
      `${name.text}: has ${count} arguments at character ${name.at + 1} of "${this.source}", allowed ${allowed}`,
    );
  }

  private element(kind: string): Value {
    const name = this.peek();
    if (name.kind !== 'string') this.fail(name, ', expected a name in quotes');
    this.at++;
    this.expect(')');
    let part: string | undefined;
    if (this.take('.')) {
      part = this.peek().text;
      this.at++;
    }
    return this.scope.element(kind, name.text, part);
  }
}

/** @throws RangeError naming the place in the expression. */
export function compileExpression(source: string, scope: Scope): Value {
  return new Parser(source, scope).parse();
}

/** Part of an array and nothing else, for observation fields. @throws RangeError */
export function compileSlice(source: string, scope: Scope): ReturnType<Parser['slice']> {
  const parser = new Parser(source, scope);
  const slice = parser.slice();
  parser.end(': an expression needs a name, as in "height = qpos[2] * 0.1"');
  return slice;
}
