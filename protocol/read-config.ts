import { inspect } from 'node:util';
import { LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { z } from 'zod';
import type { Config } from './config.ts';
import { configSchema } from './config.ts';

/** One mistake in a configuration: `path` as `rooms[0].source.webRid`, `line` counted from 1 (0: not in the file). */
export interface Problem {
  path: string;
  message: string;
  line: number;
}

export type ReadResult = { ok: true; config: Config } | { ok: false; problems: Problem[] };

/** A room that stands in a file of its own, beside the configuration. */
export interface AddedRoom {
  file: string;
  room: unknown;
}

/** One bracket that is missing makes a mistake of every line below it. */
const mostSyntaxErrors = 3;

/** The configuration in a YAML text, with the rooms that were added to it, or everything that is wrong with it at once. */
export function readConfigText(
  text: string,
  environment: Record<string, string | undefined>,
  added: readonly AddedRoom[] = [],
): ReadResult {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  if (document.errors.length > 0) {
    const problems = document.errors.slice(0, mostSyntaxErrors).map((error) => ({
      path: '(file)',
      message: error.message,
      line: lines.linePos(error.pos[0]).line,
    }));
    const more = document.errors.length - problems.length;
    const rest = { path: '(file)', message: `and ${more} more, which may follow from these`, line: 0 };
    return { ok: false, problems: more > 0 ? [...problems, rest] : problems };
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    // Aliases that unfold without end, or to too much.
    const message = error instanceof Error ? error.message : inspect(error);
    return { ok: false, problems: [{ path: '(file)', message, line: 1 }] };
  }
  const result = readConfig(value, environment, added);
  if (result.ok) return result;
  return {
    ok: false,
    problems: result.problems.map(({ keys, ...problem }) => ({
      ...problem,
      line: problem.line < 0 ? 0 : lineOf(document, lines, keys),
    })),
  };
}

/** The same for values that did not come from a file. A problem of an added room names its file; its line is -1. */
export function readConfig(
  value: unknown,
  environment: Record<string, string | undefined>,
  added: readonly AddedRoom[] = [],
): { ok: true; config: Config } | { ok: false; problems: (Problem & { keys: PropertyKey[] })[] } {
  const problems: (Problem & { keys: PropertyKey[] })[] = [];
  const { whole, own } = withAdded(value ?? {}, added);
  const filled = fillEnvironment(whole, environment, [], problems);
  const parsed = configSchema.safeParse(filled);
  if (parsed.success && problems.length === 0) return { ok: true, config: parsed.data };
  for (const issue of parsed.error?.issues ?? []) problems.push(...describeIssue(issue, filled));
  return { ok: false, problems: problems.map((problem) => nameFile(problem, own, added)) };
}

/** `own`: how many rooms stood there before. */
function withAdded(value: unknown, added: readonly AddedRoom[]): { whole: unknown; own: number } {
  const rooms = readKey(value, 'rooms');
  if (added.length === 0 || typeof value !== 'object' || value === null)
    return { whole: value, own: Infinity };
  if (rooms !== undefined && !Array.isArray(rooms)) return { whole: value, own: Infinity };
  const before: unknown[] = rooms ?? [];
  return { whole: { ...value, rooms: [...before, ...added.map(({ room }) => room)] }, own: before.length };
}

function nameFile<Each extends Problem & { keys: PropertyKey[] }>(
  problem: Each,
  own: number,
  added: readonly AddedRoom[],
): Each {
  const [part, index, ...rest] = problem.keys;
  if (part !== 'rooms' || typeof index !== 'number' || index < own) return problem;
  const file = added[index - own]?.file ?? '';
  return { ...problem, path: `${file}: ${formatPath(rest)}`, line: -1 };
}

/** JSON schema of the file, for editors. */
export function configJsonSchema(): unknown {
  return z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' });
}

/** `rooms[0].source.webRid`; the root is `(file)`. */
export function formatPath(keys: PropertyKey[]): string {
  if (keys.length === 0) return '(file)';
  return keys.reduce<string>((path, key) => {
    if (typeof key === 'number') return `${path}[${key}]`;
    return path === '' ? String(key) : `${path}.${String(key)}`;
  }, '');
}

function describeIssue(issue: z.core.$ZodIssue, root: unknown): (Problem & { keys: PropertyKey[] })[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const keys = [...issue.path, key];
      return { path: formatPath(keys), keys, message: 'is not a known option', line: 0 };
    });
  }
  const found = issue.path.reduce<unknown>((value, key) => readKey(value, key), root);
  const got =
    found === undefined ? 'nothing' : inspect(found, { depth: 1, breakLength: Infinity }).slice(0, 80);
  const message = issue.code === 'custom' ? issue.message : `${issue.message}, got ${got}`;
  return [{ path: formatPath(issue.path), keys: issue.path, message, line: 0 }];
}

function readKey(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<PropertyKey, unknown>)[key]
    : undefined;
}

function lineOf(document: Document, lines: LineCounter, keys: PropertyKey[]): number {
  for (let length = keys.length; length >= 0; length--) {
    const node = document.getIn(keys.slice(0, length), true);
    const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
    if (Array.isArray(range) && typeof range[0] === 'number') return lines.linePos(range[0]).line;
  }
  return 1;
}

function fillEnvironment(
  value: unknown,
  environment: Record<string, string | undefined>,
  keys: PropertyKey[],
  problems: (Problem & { keys: PropertyKey[] })[],
  ancestors: unknown[] = [],
): unknown {
  if (typeof value === 'object' && ancestors.includes(value)) {
    problems.push({ path: formatPath(keys), keys, message: 'contains itself', line: 0 });
    return undefined;
  }
  if (typeof value === 'string') {
    return value.replaceAll(/\$\{env:(\w+)\}/g, (_, name: string) => {
      const found = environment[name];
      if (found === undefined) {
        const message = `needs the environment variable ${name}, which is not set`;
        problems.push({ path: formatPath(keys), keys, message, line: 0 });
      }
      return found ?? '';
    });
  }
  if (Array.isArray(value)) {
    return value.map((item, index) =>
      fillEnvironment(item, environment, [...keys, index], problems, [...ancestors, value]),
    );
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        fillEnvironment(item, environment, [...keys, key], problems, [...ancestors, value]),
      ]),
    );
  }
  return value;
}
