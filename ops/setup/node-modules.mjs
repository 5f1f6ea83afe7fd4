import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endLeftover, noteChild } from './leftover.mjs';
import { isMadeFor, readMachine } from './machine.mjs';
import { judgingBy, npmCommand, npmEnvironment } from './npm.mjs';
import { platformPackage } from './platform-package.mjs';
import { pickLines, run } from './run.mjs';
import { markerPath, readMarker, writeMarker } from './stamp.mjs';

const installDeadlineMs = 600_000;

/**
 * Brings node_modules to what package-lock.json says, all of it: one lockfile, one tree, whatever NODE_ENV is.
 *
 * @param {{root: string, lockHash: string, force: boolean, compilable: boolean, offline: boolean, signal: AbortSignal, report: import('./report.mjs').Report}} options
 *   `compilable`: the optional `speaker` is missing and could be compiled by now, so install once more
 * @returns {Promise<boolean>} false when it can't be used; the reason has been reported then
 */
export async function ensureNodeModules({ root, lockHash, force, compilable, offline, signal, report }) {
  const installed = readMarker(root).lockHash;
  const installedByHand = readInstalledLock(root);
  const matches =
    installed === lockHash ||
    (installedByHand !== null && fulfils(readPackages(root), installedByHand, readMachine()));
  if (matches && !force && !compilable) {
    if (installed !== lockHash) writeMarker(root, { lockHash, tapKey: null });
    return true;
  }
  const problem = { what: 'npm packages', command: 'npm ci', required: true };
  const running = matches || installedByHand !== null ? runningSupervisor(root) : null;
  if (running !== null) {
    // npm ci empties node_modules first: the next worker that is started would not find its modules.
    report.problem({
      ...problem,
      why: `onair runs from this folder (pid ${running}) and has to be stopped first`,
      required: false,
    });
    return true;
  }

  const why =
    (matches && (force ? '--force' : 'speaker can be compiled now')) ||
    reason(root, { installed, byHand: installedByHand !== null });
  rmSync(markerPath(root), { force: true }); // whatever interrupts us, the half-made folder must not count
  const finished = await report.step(`installing npm packages (${why})`, async () => {
    const first = await npmInstall({ root, how: 'ci', offline, signal });
    // A registry without the packages of other platforms leaves a lock that `npm ci` refuses as incomplete; `npm install` accepts it.
    if (first.ok || signal.aborted || !/in sync|from lock file/.test(first.output)) return first;
    report.note(
      'npm ci calls package-lock.json incomplete; trying npm install, which keeps to it where it can',
    );
    return npmInstall({ root, how: 'install', offline, signal });
  });
  const log = join(root, '.runtime', 'npm.log');
  rmSync(log, { force: true }); // a failure of earlier
  if (signal.aborted) return false;
  if (!finished.ok) {
    writeFileSync(log, finished.output);
    report.problem({
      ...problem,
      why: `npm ${finished.reason}: ${pickLines(finished.output, /npm (ERR|error)/i)} (all of it in ${log})`,
    });
    return false;
  }
  writeMarker(root, { lockHash, tapKey: null });
  return true;
}

/** @param {string} root @param {{installed: string | null, byHand: boolean}} before the lock that we installed, or whether npm did it alone */
function reason(root, { installed, byHand }) {
  if (!existsSync(join(root, 'node_modules'))) return 'first start';
  if (installed !== null) return 'package-lock.json changed';
  return byHand ? 'what is there does not match package-lock.json' : 'the last installation was cut short';
}

/** @param {{root: string, how: 'ci' | 'install', offline: boolean, signal: AbortSignal}} options */
async function npmInstall({ root, how, offline, signal }) {
  const { command, args } = npmCommand(root);
  // On Windows nobody can delete a running program, and that is what the Node in node_modules is just now: keep what is right in place.
  const inPlace = process.platform === 'win32' && process.execPath.startsWith(join(root, 'node_modules'));
  const verb = how === 'install' || inPlace ? ['install', '--no-save'] : ['ci'];
  // engine-strict would judge by the Node that runs npm, not by the one that will run us.
  const flags = [
    '--include=dev',
    '--include=optional',
    '--no-engine-strict',
    '--no-audit',
    '--no-fund',
    '--no-progress',
    ...(offline ? ['--offline'] : []),
  ];
  const version = readPackages(root)[`node_modules/${platformPackage()}`]?.version;
  const note = join(root, '.runtime', 'npm.json');
  await endLeftover(note, signal);
  try {
    return await run(command, [...args, ...verb, ...flags], {
      cwd: root,
      deadlineMs: installDeadlineMs,
      signal,
      env: version === undefined ? npmEnvironment(root) : judgingBy(version, npmEnvironment(root)),
      onPid: (pid) => noteChild(note, pid),
    });
  } finally {
    rmSync(note, { force: true });
  }
}

/**
 * Whether an installed tree is what the lock asks for: the same versions, and nothing missing but what is optional. A binary for just
 * this machine is not optional to us: an npm that was run by an old Node leaves it out. What has to be compiled may be missing. Pure.
 * @param {Record<string, LockedPackage>} wanted `packages` of package-lock.json
 * @param {Record<string, LockedPackage>} installed `packages` of node_modules/.package-lock.json
 * @param {import('./machine.mjs').Machine} machine
 * @returns {boolean}
 *
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {string} [integrity]
 * @property {boolean} [optional]
 * @property {boolean} [devOptional]
 * @property {boolean} [peer]
 * @property {boolean} [hasInstallScript]
 * @property {string | string[]} [os]
 * @property {string | string[]} [cpu]
 * @property {string | string[]} [libc]
 */
export function fulfils(wanted, installed, machine) {
  const extra = Object.keys(installed).some((path) => !(path in wanted));
  if (extra) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const found = installed[path];
    if (found === undefined) {
      const mayBeMissing = (entry.optional || entry.devOptional || entry.peer) === true;
      return mayBeMissing && (entry.hasInstallScript === true || !isMadeFor(entry, machine));
    }
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}

/** npm writes it after a complete installation, and removes it before it begins another. @param {string} root */
function readInstalledLock(root) {
  return readJson(join(root, 'node_modules', '.package-lock.json'))?.packages ?? null;
}

/** @param {string} root @returns {Record<string, LockedPackage>} */
export function readPackages(root) {
  return readJson(join(root, 'package-lock.json'))?.packages ?? {};
}

/** @param {string} root @returns {number | null} */
function runningSupervisor(root) {
  const pid = readJson(join(root, 'var', 'run', 'supervisor.json'))?.pid;
  if (!Number.isInteger(pid)) return null;
  try {
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM' ? pid : null;
  }
}

/** @param {string} file */
function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null; // missing or cut short
  }
}
