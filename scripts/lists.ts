/** docs/SPEC.md's tables of metrics, errors, alerts and permissions, and the ids that Python registers, made of the lists in the code. */
import { METRICS, type MetricDescription } from '../agent/metrics.ts';
import { ANYBODY, PERMISSIONS } from '../server/people/roles.ts';
import { ALERTS } from '../server/protocol/alerts.ts';
import { ERRORS, type ErrorDescription } from '../server/protocol/errors.ts';
import { ROLES, type Role } from '../server/protocol/index.ts';
import { listEnvironments } from '../sim/registry.ts';

const MAX_LINE = 160;

/** Rows of a table; what the last cell cannot hold goes on in rows whose other cells are empty. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const lines = rows.flatMap((cells) => {
    const first = cells.slice(0, -1);
    const empty = first.map(() => '');
    const pieces: string[] = [];
    for (const word of cells.at(-1)!.split(' ')) {
      const longer = pieces.length > 0 ? `${pieces.at(-1)} ${word}` : word;
      if (pieces.length > 0 && line([...first, longer]).length <= MAX_LINE) pieces.pop();
      else if (pieces.length > 0) {
        pieces.push(word);
        continue;
      }
      pieces.push(longer);
    }
    return pieces.map((piece, i) => line([...(i === 0 ? first : empty), piece]));
  });
  return [line(head), line(head.map(() => '---')), ...lines].join('\n');
}

const code = (name: string) => `\`${name}\``;

function metricsTable(): string {
  const all: [string, MetricDescription][] = Object.entries(METRICS);
  return table(
    ['metric', 'unit', 'chart', 'meaning'],
    all.map(([name, { unit, drawn, meaning }]) => [code(name), unit, drawn ?? '', meaning]),
  );
}

function errorsTable(): string {
  const all: [string, ErrorDescription][] = Object.entries(ERRORS);
  return table(
    ['code', 'closes with', 'meaning', 'what to do'],
    all.map(([name, { close, meaning, remedy }]) => [
      code(name),
      close === undefined ? '' : String(close),
      meaning,
      remedy,
    ]),
  );
}

function alertsTable(): string {
  return table(
    ['alert', 'code', 'severity', 'meaning, and what happens or helps'],
    Object.entries(ALERTS).map(([id, alert]) => [
      code(id),
      code(alert.code),
      alert.severity,
      `${alert.meaning}. ${alert.tip}`,
    ]),
  );
}

function permissionsTable(): string {
  return table(
    ['route or message', 'anybody', ...ROLES],
    Object.entries(PERMISSIONS).map(([what, allowed]) => {
      if (allowed === ANYBODY) return [code(what), 'x', ...ROLES.map(() => 'x')];
      return [
        code(what),
        '',
        ...ROLES.map((role) => ((allowed as readonly Role[]).includes(role) ? 'x' : '')),
      ];
    }),
  );
}

/** The document with the text between each pair of `<!-- NAME -->` and `<!-- end -->` made anew. */
export function withLists(document: string): string {
  const tables = {
    metrics: metricsTable,
    errors: errorsTable,
    alerts: alertsTable,
    permissions: permissionsTable,
  };
  return Object.entries(tables).reduce((text, [name, make]) => {
    const [before, rest] = text.split(`<!-- ${name} -->\n`);
    const end = rest?.indexOf('<!-- end -->');
    if (rest === undefined || end === undefined || end < 0)
      throw new RangeError(`docs/SPEC.md: <!-- ${name} --> … <!-- end --> is missing`);
    return `${before}<!-- ${name} -->\n${make()}\n${rest.slice(end)}`;
  }, document);
}

/** python/src/reins/environments.json */
export function environmentIds(): string {
  return `${JSON.stringify(
    listEnvironments().map(({ id }) => id),
    null,
    2,
  )}\n`;
}
