import { pathToFileURL } from 'node:url';
import { smallHeapFlags } from '../../supervisor/node-arguments.ts';

export interface UnitSettings {
  /** Absolute paths. */
  node: string;
  project: string;
  home: string;
  /** Empty: the demonstration. */
  configFile: string;
  /** Variables for the service, `NAME=value` a line; empty: none. */
  environmentFile: string;
  /** Roles to start; empty: all. */
  only: string;
  scope: 'system' | 'user';
  /** Who it runs as, name or number, in a system unit; empty: root. */
  runAs: string;
  /** How long the supervisor may take to stop in order. */
  stopTimeoutMs: number;
}

/** For how the unit's file is read: each of these would change the line into another. */
const forbidden = /[\p{Cc}]|^\s|\s$|\\$/u;
/** After its own time for an orderly stop the supervisor ends what is left, and the bus after that. */
const stopReserveMs = 15_000;
const watchdogSec = 30;

/** The unit file's text. Throws when a path cannot be written into one. */
export function unitText(settings: UnitSettings): string {
  const { project, home, configFile, environmentFile, only, scope, runAs, stopTimeoutMs } = settings;
  const system = scope === 'system';
  const packs = ['--import', pathToFileURL(`${project}/supervisor/packed-packages.mjs`).href];
  const program = [settings.node, ...smallHeapFlags, ...packs, `${project}/supervisor/main.ts`];
  const command = [...program, '--home', home];
  if (configFile !== '') command.push('--config', configFile);
  if (only !== '') command.push('--only', only);
  const path = `${project}/node_modules/.bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
  const lines = [
    '# Written by "npm run service -- install", which writes it anew each time.',
    '[Unit]',
    'Description=onair, an unattended live-room host',
    ...(system ? ['Wants=network-online.target', 'After=network-online.target sound.target'] : []),
    '# Never give up: an outage of the night is over in the morning.',
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    'Type=notify',
    '# The programs that it starts tell for it.',
    'NotifyAccess=all',
    // The colon: no variable is filled in, so that a dollar sign is one.
    `ExecStart=:${command.map(quote).join(' ')}`,
    'ExecReload=/bin/kill -HUP $MAINPID',
    `WorkingDirectory=${plain(project)}`,
    `Environment=${quote(`PATH=${path}`)}`,
    // Without them, what strips types and the allocator's arenas would stay in its memory.
    `Environment=${quote(`NODE_COMPILE_CACHE=${project}/.runtime/cache/node`)} "MALLOC_ARENA_MAX=2"`,
    ...(environmentFile === '' ? [] : [`EnvironmentFile=${withoutPattern(environmentFile)}`]),
    ...(system && runAs !== '' ? [`User=${plain(runAs)}`] : []),
    `WatchdogSec=${watchdogSec}`,
    'Restart=always',
    '# A wrong configuration does not mend itself.',
    'RestartPreventExitStatus=78',
    '# Quickly first, then more and more patiently (before systemd 254: always quickly).',
    'RestartSec=1s',
    'RestartSteps=8',
    'RestartMaxDelaySec=30s',
    'TimeoutStartSec=120s',
    `TimeoutStopSec=${Math.ceil((stopTimeoutMs + stopReserveMs) / 1_000)}s`,
    '# The supervisor stops its children in order; what is left after that is ended.',
    'KillMode=mixed',
    '# It divides its control group among its children itself, and replaces a child that the kernel took.',
    'Delegate=yes',
    'OOMPolicy=continue',
    // A user's manager may not make anybody less likely a victim than itself.
    ...(system ? ['OOMScoreAdjust=-500'] : []),
    'LimitCORE=0',
    '',
    '[Install]',
    `WantedBy=${system ? 'multi-user.target' : 'default.target'}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** One word of a command or an assignment: quoted, with per cent signs and backslashes as themselves. */
export function quote(text: string): string {
  return `"${plain(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** The rest of a line, taken as it is but for specifiers such as `%h`. */
export function plain(text: string): string {
  if (text === '' || forbidden.test(text))
    throw new Error(`Cannot write ${JSON.stringify(text)} into a unit file`);
  return text.replaceAll('%', '%%');
}

/** systemd takes the name of an environment file for a pattern. */
function withoutPattern(file: string): string {
  if (/[*?[\\]/.test(file))
    throw new Error(`Cannot use ${file} as the environment file: its name holds one of * ? [ \\`);
  return plain(file);
}
