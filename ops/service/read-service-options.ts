import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Role } from '../../protocol/roles.ts';
import { readOptions } from '../../supervisor/options.ts';

export const actions = ['print', 'install', 'uninstall', 'status'] as const;
export type Action = (typeof actions)[number];

export interface ServiceOptions {
  action: Action;
  scope: 'system' | 'user';
  /** Of the unit, without `.service`. */
  name: string;
  /** Absolute. */
  home: string;
  /** Absolute; empty: the demonstration. */
  configFile: string;
  /** Absolute; empty: none. */
  environmentFile: string;
  only: Role[];
  /** Empty: the owner of the project's folder. */
  runAs: string;
  /** Whether it is also started now. */
  start: boolean;
}

export const usage = `npm run service -- print | install | uninstall | status [options]

  print               shows the unit file and changes nothing
  install             writes it, has systemd start it now and at each start of the machine; again after changed options or a move
  uninstall           stops it, and takes it away; the home folder stays
  status              what systemd says about it

  --config FILE       configuration (YAML); without it the demonstration
  --home DIR          where everything is kept (default: var)
  --environment FILE  variables for the configuration's \${env:NAME}: NAME=value, a line each
  --only ROLES        start only some roles
  --system | --user   a unit of the machine (default as root), or of the person who is logged in
  --run-as USER       in a unit of the machine: who it runs as (default: who owns the project's folder)
  --name NAME         of the unit (default: onair); each needs a home of its own
  --no-start          install, but start it only with the machine
  --help              this text

Sound through PipeWire or PulseAudio belongs to a person: use --user there. Logs: journalctl [--user] -u onair.`;

export interface Surroundings {
  /** What relative paths are relative to. */
  folder: string;
  project: string;
  isRoot: boolean;
}

/** Reads the command line; `help` when that is what was asked for. Throws an Error whose message says what is wrong. */
export function readServiceOptions(args: string[], surroundings: Surroundings): ServiceOptions | 'help' {
  const { folder, project, isRoot } = surroundings;
  const { values, positionals } = parseArgs({
    args,
    strict: true,
    allowPositionals: true,
    options: {
      config: { type: 'string' },
      home: { type: 'string' },
      environment: { type: 'string' },
      only: { type: 'string' },
      system: { type: 'boolean' },
      user: { type: 'boolean' },
      'run-as': { type: 'string' },
      name: { type: 'string' },
      'no-start': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return 'help';
  const action = actions.find((name) => name === positionals[0]);
  if (!action || positionals.length > 1)
    throw new Error(
      `The service command needs one of ${actions.join(', ')}, got "${positionals.join(' ')}"; --help tells more`,
    );
  if (values.system && values.user) throw new Error('--system and --user exclude each other');
  const scope = values.system || (isRoot && !values.user) ? 'system' : 'user';
  if (scope === 'user' && values['run-as'] !== undefined)
    throw new Error('--run-as is for a unit of the machine: a unit of a person runs as that person');
  const name = (values.name ?? 'onair').replace(/\.service$/, '');
  if (!/^[a-zA-Z0-9][\w.-]{0,99}$/.test(name))
    throw new Error(`--name must be of letters, digits, dots, dashes and underscores, got "${name}"`);
  // Read by the supervisor's own reader: what it would refuse is better refused now.
  const given = (['config', 'home', 'only'] as const).flatMap((option) => {
    const value = values[option];
    return value === undefined ? [] : [`--${option}=${value}`];
  });
  const { configFile, home, only } = readOptions(given, folder, project);
  const environmentFile = values.environment === undefined ? '' : resolve(folder, values.environment);
  const runAs = values['run-as'] ?? '';
  return { action, scope, name, home, configFile, environmentFile, only, runAs, start: !values['no-start'] };
}
