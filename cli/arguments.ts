/** Parsers of option values; what they refuse becomes one line and exit code 2. */
import { InvalidArgumentError } from 'commander';
import { readPartSetting, readSetting } from '../sim/setting-text.ts';

export function integer(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < low || value > high)
      throw new InvalidArgumentError(`is "${text}", allowed whole numbers ${low} to ${high}`);
    return value;
  };
}

export function number(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= low && value <= high))
      throw new InvalidArgumentError(`is "${text}", allowed ${low} to ${high}`);
    return value;
  };
}

/** Comma-separated words out of a closed list. */
export function words<T extends string>(allowed: readonly T[]): (text: string) => T[] {
  return (text) => {
    const parts = text.split(',').map((part) => part.trim());
    for (const part of parts) {
      if (!(allowed as readonly string[]).includes(part))
        throw new InvalidArgumentError(`is "${part}", allowed ${allowed.join(', ')}`);
    }
    return parts as T[];
  };
}

/** Comma-separated whole numbers, e.g. layer sizes. */
export function integers(low: number, high: number): (text: string) => number[] {
  const one = integer(low, high);
  return (text) => text.split(',').map(one);
}

/** `--option name=value`, repeatable: numbers (Infinity too), true, false and text. */
export function setting(
  text: string,
  previous: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError(`is "${text}", expected name=value`);
  return { ...previous, [text.slice(0, at)]: read(readSetting, text.slice(at + 1)) };
}

/**
 * `--set part.name=value`, repeatable: `{part: {name: value}}`; numbers with commas make a list, JSON in
 * brackets a list (`reward.hidden=[]`), in braces an object, as in `--set 'reward.reed={"batch":64,"weight":1}'`.
 */
export function partSetting(
  text: string,
  previous: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): Record<string, Record<string, unknown>> {
  const match = /^(\w+)\.(\w+)=(.*)$/.exec(text);
  if (!match) throw new InvalidArgumentError(`is "${text}", expected part.name=value`);
  const [, part, name, raw] = match as unknown as [string, string, string, string];
  return { ...previous, [part]: { ...previous[part], [name]: read(readPartSetting, raw) } };
}

function read(reader: (text: string) => unknown, text: string): unknown {
  try {
    return reader(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

export const port = integer(0, 65_535);
export const seed = integer(0, Number.MAX_SAFE_INTEGER);

/** A name as `Host` has it, without port; repeatable. */
export function hostName(text: string, previous: readonly string[] = []): string[] {
  if (!/^[\w.-]+$/.test(text))
    throw new InvalidArgumentError(
      `is "${text}", expected a name without port, as in lab.example.org`,
    );
  return [...previous, text];
}

/** Scheme, name and port of a page; repeatable. */
export function pageOrigin(text: string, previous: readonly string[] = []): string[] {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || `${url.origin}/` !== url.href)
    throw new InvalidArgumentError(
      `is "${text}", expected an origin, as in https://lab.example.org`,
    );
  return [...previous, url.origin];
}

/** Where something is sent to; repeatable. */
export function webTarget(text: string, previous: readonly string[] = []): string[] {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.hash !== '')
    throw new InvalidArgumentError(
      `is "${text}", expected http or https without a name and password, as in https://lab.example.org/reins`,
    );
  return [...previous, url.href];
}
