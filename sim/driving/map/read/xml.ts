/** XML as a tree whose elements know their line, so that whatever is wrong in a file can be found there. */
import { SaxesParser } from 'saxes';

/** What is wrong in a road file, or not supported, with its line. */
export class RoadFileError extends RangeError {}

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly line: number;
  /** Of the file, for messages. */
  readonly file: string;
}

/** @throws RoadFileError with file and line. */
export function parseXml(text: string, file: string): XmlElement {
  const parser = new SaxesParser();
  const open: { element: XmlElement; children: XmlElement[] }[] = [];
  let root: XmlElement | undefined;
  let { line } = parser;
  parser.on('error', (error) => {
    throw new RoadFileError(`${file}:${parser.line}: ${error.message}`);
  });
  parser.on('opentagstart', () => {
    line = parser.line;
  });
  parser.on('opentag', (tag) => {
    const children: XmlElement[] = [];
    const attributes = tag.attributes as Readonly<Record<string, string>>;
    const element: XmlElement = { name: tag.name, attributes, children, line, file };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push({ element, children });
  });
  parser.on('closetag', () => {
    open.pop();
  });
  parser.write(text).close();
  if (!root) throw new RoadFileError(`${file}:1: no element, expected <OpenDRIVE> or <net>`);
  return root;
}

/** @throws RoadFileError always: names file, line and element. */
export function fail(element: XmlElement, message: string): never {
  throw new RoadFileError(`${element.file}:${element.line}: <${element.name}> ${message}`);
}

export function childrenOf(element: XmlElement | undefined, name: string): XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? [];
}

export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name);
}

/** @throws RoadFileError where it is missing or no finite number, and nothing stands in for it. */
export function numberOf(element: XmlElement, name: string, fallback?: number): number {
  const given = element.attributes[name];
  if (given === undefined && fallback !== undefined) return fallback;
  const value = Number(given);
  if (given !== undefined && given.trim() !== '' && Number.isFinite(value)) return value;
  return fail(
    element,
    `${name}: is ${given === undefined ? 'missing' : `"${given}"`}, allowed a number`,
  );
}

export function textOf(element: XmlElement, name: string): string {
  return element.attributes[name] ?? fail(element, `${name}: is missing`);
}

/** @throws RoadFileError for other words than the allowed ones. */
export function wordOf<const W extends string>(
  element: XmlElement,
  name: string,
  words: readonly W[],
  fallback: W,
): W {
  const given = element.attributes[name] ?? fallback;
  if ((words as readonly string[]).includes(given)) return given as W;
  return fail(element, `${name}: is "${given}", allowed ${words.join(', ')}`);
}
