import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { audioSchema } from '../protocol/audio-config.ts';
import { exitCodes } from '../protocol/exit-codes.ts';
import { describeFailure, toFailure } from '../protocol/failure.ts';
import type { LoadResult } from '../supervisor/load-config.ts';
import { loadConfig } from '../supervisor/load-config.ts';
import { findNatsServer } from '../supervisor/nats-binary.ts';
import { findSound } from './find-sound.ts';
import type { Finding } from './finding.ts';
import { folder, homeFolder, project, runningState } from './operator.ts';
import { runCommand } from './run-command.ts';

const usage = `npm run doctor [-- --config FILE] [--home DIR] [--json]

Looks at what onair needs on this machine, says what is missing and how to mend it. Exit code 1 when something necessary is missing.`;

await runCommand(main);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      config: { type: 'string' },
      home: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(usage);
    return exitCodes.clean;
  }
  const home = homeFolder(values.home);
  const loaded =
    values.config === undefined
      ? undefined
      : await loadConfig(resolve(folder, values.config), process.env, home);
  const findings: Finding[] = [
    findNode(),
    await findBus(),
    findVoice(),
    ...(await findSound(loaded?.ok ? loaded.config.audio : audioSchema.parse({}))),
    findParentDeath(),
    await findDisk(home),
    ...(loaded ? findConfig(loaded, values.config ?? '') : []),
    findRunning(home),
  ];
  const marks = { ok: 'ok  ', warn: 'warn', bad: 'BAD ' };
  if (values.json) console.log(JSON.stringify(findings));
  else {
    for (const { verdict, what, found, mend } of findings) {
      console.log(`${marks[verdict]}  ${what}: ${found}`);
      if (verdict !== 'ok' && mend !== '') console.log(`      → ${mend}`);
    }
  }
  return findings.some(({ verdict }) => verdict === 'bad') ? exitCodes.failed : exitCodes.clean;
}

function findNode(): Finding {
  const major = Number(process.versions.node.split('.')[0]);
  const found = `${process.version} at ${process.execPath}`;
  return { verdict: major >= 26 ? 'ok' : 'warn', what: 'Node', found, mend: 'node ops/setup.mjs' };
}

async function findBus(): Promise<Finding> {
  const what = 'nats-server';
  try {
    const { path, version } = await findNatsServer(project);
    return { verdict: 'ok', what, found: `${version} at ${path}`, mend: '' };
  } catch (error) {
    return { verdict: 'bad', what, found: describeFailure(toFailure(error)), mend: 'node ops/setup.mjs' };
  }
}

function findVoice(): Finding {
  const what = 'embedded voice';
  try {
    createRequire(import.meta.url).resolve('@echogarden/espeak-ng-emscripten/package.json');
    return { verdict: 'ok', what, found: 'espeak-ng (WASM)', mend: '' };
  } catch {
    return { verdict: 'bad', what, found: 'not installed', mend: 'npm ci' };
  }
}

function findParentDeath(): Finding {
  const found = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path));
  return {
    verdict: found || process.platform !== 'linux' ? 'ok' : 'warn',
    what: 'end of children with their supervisor',
    found: found ? 'by the kernel (setpriv)' : 'by the children themselves',
    mend: 'util-linux has setpriv: then even a blocked child ends',
  };
}

async function findDisk(home: string): Promise<Finding> {
  const what = 'disk';
  try {
    const { bavail, bsize } = await statfs(existsSync(home) ? home : project);
    const gigabytes = (bavail * bsize) / 1e9;
    return {
      verdict: gigabytes < 5 ? 'warn' : 'ok',
      what,
      found: `${gigabytes.toFixed(0)} GB free`,
      mend: 'the streams may take 4 GB',
    };
  } catch (error) {
    return { verdict: 'warn', what, found: describeFailure(toFailure(error)), mend: '' };
  }
}

function findConfig(loaded: LoadResult, file: string): Finding[] {
  const what = 'configuration';
  if (loaded.ok) return [{ verdict: 'ok', what, found: resolve(folder, file), mend: '' }];
  return loaded.lines.map((line) => ({ verdict: 'bad', what, found: line.trim(), mend: '' }));
}

function findRunning(home: string): Finding {
  const what = 'supervisor';
  const running = runningState(home);
  if (!running.running) return { verdict: 'ok', what, found: running.why, mend: '' };
  const { state, pid, children } = running.state;
  const off = children.filter((child) => child.state !== 'running').map(({ id }) => id);
  return {
    verdict: off.length > 0 ? 'warn' : 'ok',
    what,
    found: `${state}, pid ${pid}${off.length > 0 ? `, not running: ${off.join(', ')}` : ''}`,
    mend: 'npm run status',
  };
}
