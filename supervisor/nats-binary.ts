import { execFile } from 'node:child_process';
import { access, constants, readFile, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const oldest = [2, 10, 23];

/**
 * The nats-server to use: the first of `NATS_SERVER_BIN`, the one that set-up found or fetched, and PATH that is new enough. Older
 * ones lose streams when they are killed, and do not know `sync_interval`. Throws an Error that names the command which mends it.
 */
export async function findNatsServer(project: string): Promise<{ path: string; version: string }> {
  const given = process.env['NATS_SERVER_BIN'];
  const remembered = await readSetup(join(project, '.runtime', 'setup.json'));
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/bin'];
  const candidates = [
    given,
    remembered?.path,
    join(project, '.runtime', 'bin', 'nats-server'),
    ...folders
      .filter(Boolean)
      .map((folder) => join(folder, process.platform === 'win32' ? 'nats-server.exe' : 'nats-server')),
  ];
  const seen: string[] = [];
  for (const path of candidates) {
    if (!path || !(await isExecutable(path))) continue;
    const version = (await isAsRemembered(path, remembered)) ? remembered?.version : await versionOf(path);
    if (version && isNewEnough(version)) return { path, version };
    seen.push(`${path} is ${version || 'not a nats-server'}`);
  }
  const found = seen.length === 0 ? 'none was found' : [...new Set(seen)].join(', ');
  throw new Error(
    `Cannot start the bus: it needs nats-server ${oldest.join('.')} or newer, ${found}. Run: node ops/setup.mjs`,
  );
}

export function isNewEnough(version: string): boolean {
  const parts = version.split('.').map(Number);
  for (const [index, least] of oldest.entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}

async function versionOf(path: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: 5_000 });
    return /v(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? '';
  } catch {
    return '';
  }
}

async function isExecutable(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

interface Remembered {
  path: string;
  version: string;
  mtimeMs: number;
}

/** Set-up has asked it for its version, and it was not touched since. One that cannot run any more says so when it is started. */
async function isAsRemembered(path: string, remembered: Partial<Remembered> | undefined): Promise<boolean> {
  if (path !== remembered?.path || !remembered.version) return false;
  return (await stat(path)).mtimeMs === remembered.mtimeMs;
}

/** What set-up has found; see `ops/setup/stamp.mjs`. */
async function readSetup(file: string): Promise<Partial<Remembered> | undefined> {
  try {
    const stamp = JSON.parse(await readFile(file, 'utf8')) as { natsServer?: Partial<Remembered> };
    return stamp.natsServer;
  } catch {
    return undefined;
  }
}
