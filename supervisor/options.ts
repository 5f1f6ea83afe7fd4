import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Role } from '../protocol/roles.ts';
import { roles } from '../protocol/roles.ts';

export interface Options {
  /** Absolute; empty: the demonstration. */
  configFile: string;
  home: string;
  only: Role[];
  /** How long to stay on air; 0: until told to stop. */
  forMs: number;
  help: boolean;
}

export const usage = `npm run supervise [-- --config FILE] [--home DIR] [--only ROLES] [--for 30s]

  --config FILE   configuration (YAML); without it a demonstration runs: a simulated room, the embedded voice
  --home DIR      where everything is kept (default: var)
  --only ROLES    start only some roles, comma-separated: ${roles.join(', ')}
  --for TIME      stay on air for so long, then stop in order: 500ms, 30s, 5m, 2h
  --help          this text

SIGINT or SIGTERM stop in order; a second one stops at once.
Exit code: 0 stopped in order, 78 wrong configuration, 1 anything else.`;

/** Reads the command line; throws an Error whose message says what is wrong. Paths are relative to `folder`. */
export function readOptions(args: string[], folder: string, project: string): Options {
  const { values } = parseArgs({
    args,
    strict: true,
    allowPositionals: false,
    options: {
      config: { type: 'string' },
      home: { type: 'string' },
      only: { type: 'string' },
      for: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  return {
    configFile: values.config === undefined ? '' : resolve(folder, values.config),
    home: values.home === undefined ? resolve(project, 'var') : resolve(folder, values.home),
    only: (values.only ?? '').split(',').filter(Boolean).map(readRole),
    forMs: values.for === undefined ? 0 : readDuration(values.for),
    help: values.help ?? false,
  };
}

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** `500ms`, `30s`, `5m`, `2h`, or a number of seconds; in milliseconds. */
export function readDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim());
  const durationMs = match ? Number(match[1]) * unitMs[(match[2] ?? 's') as keyof typeof unitMs] : 0;
  if (durationMs <= 0 || durationMs > 2 ** 31 - 1) {
    throw new Error(`--for must be a time such as 30s, 5m or 2h (at most 24 days), got "${text}"`);
  }
  return durationMs;
}

function readRole(text: string): Role {
  const role = roles.find((name) => name === text.trim());
  if (!role) throw new Error(`--only must name some of ${roles.join(', ')}, got "${text}"`);
  return role;
}
