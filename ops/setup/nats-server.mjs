import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fetchNatsServer } from './nats-fetch.mjs';
import { findPrograms, isProgram } from './programs.mjs';
import { run } from './run.mjs';
import { modifiedMs } from './stamp.mjs';
import { compareVersions, findVersion, oldestNatsServer } from './versions.mjs';

const versionDeadlineMs = 5000;

/**
 * Finds a nats-server that is new enough, or fetches one: NATS_SERVER_BIN, then PATH and the usual folders, then our own.
 *
 * @param {{root: string, requested: string | null, offline: boolean, signal: AbortSignal, report: import('./report.mjs').Report}} options
 * @returns {Promise<import('./stamp.mjs').Stamp['natsServer']>} null when there is none; the reason has been reported then
 */
export async function ensureNatsServer({ root, requested, offline, signal, report }) {
  const own = join(root, '.runtime', 'bin', process.platform === 'win32' ? 'nats-server.exe' : 'nats-server');
  const candidates = [
    ...(requested === null ? [] : [resolve(root, requested)]),
    ...findPrograms('nats-server'),
    own,
  ];
  /** @type {string[]} */
  const refused = [];
  for (const path of candidates) {
    const checked = await checkNatsServer(path, { root, signal });
    if (checked.version !== null) {
      if (refused.length > 0) report.note(`using ${path} ${checked.version}; not ${refused.join(', not ')}`);
      return { path, version: checked.version, mtimeMs: modifiedMs(path) ?? 0, requested };
    }
    if (path !== own || existsSync(own)) refused.push(`${path} (${checked.reason})`);
  }

  const why = refused.length > 0 ? `found only ${refused.join(', ')}` : 'none is installed';
  const fetched = offline
    ? { version: null, reason: 'nothing may be fetched (--offline)' }
    : await report.step(`fetching nats-server, because ${why}`, () =>
        fetchNatsServer({
          root,
          target: own,
          signal,
          check: (path) => checkNatsServer(path, { root, signal }),
        }),
      );
  if (fetched.version !== null) {
    report.note(`nats-server ${fetched.version} is in ${own}`);
    return { path: own, version: fetched.version, mtimeMs: modifiedMs(own) ?? 0, requested };
  }
  report.problem({
    what: `nats-server ${oldestNatsServer} or newer`,
    why: `${why}; ${fetched.reason}`,
    command: installCommand(),
    required: true,
  });
  return null;
}

/**
 * @param {string} path
 * @param {{root: string, signal: AbortSignal}} options
 * @returns {Promise<{version: string, reason: null} | {version: null, reason: string}>}
 */
async function checkNatsServer(path, { root, signal }) {
  if (!isProgram(path)) return { version: null, reason: 'not a program' };
  const finished = await run(path, ['--version'], { cwd: root, deadlineMs: versionDeadlineMs, signal });
  if (!finished.ok) return { version: null, reason: finished.reason };
  const version = findVersion(finished.output);
  if (version === null) return { version: null, reason: 'tells no version' };
  if (compareVersions(version, oldestNatsServer) < 0)
    return { version: null, reason: `${version} is older than ${oldestNatsServer}` };
  return { version, reason: null };
}

function installCommand() {
  if (process.platform === 'darwin') return 'brew install nats-server';
  if (process.platform === 'win32') return 'choco install nats-server';
  if (findPrograms('apt-get').length > 0)
    return "node ops/setup.mjs, once apt's mirror answers (or set NATS_SERVER_BIN)";
  // Lands where we look; no other way is the same on all distributions.
  return 'GOBIN="$PWD/.runtime/bin" go install github.com/nats-io/nats-server/v2@latest (or set NATS_SERVER_BIN)';
}
