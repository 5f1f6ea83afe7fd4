import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { acquireLock } from './lock.mjs';
import { warmCompileCache } from './compile-cache.mjs';
import { ensureNatsServer } from './nats-server.mjs';
import { ensureNodeModules, readPackages } from './node-modules.mjs';
import { ensureNodeLibrary } from './node-library.mjs';
import { ensureNode } from './node-runtime.mjs';
import { ensurePackedPackages } from './packages.mjs';
import { platformPackage } from './platform-package.mjs';
import { createReport } from './report.mjs';
import { canCompileSpeaker } from './speaker-needs.mjs';
import { ensureSpeaker } from './speaker.mjs';
import { observe, readStamp, stampVersion, staleReasons, writeStamp } from './stamp.mjs';
import { ensureSystemPackages } from './system-packages.mjs';
import { ensureTestRunner } from './test-runner.mjs';

/** As long as the slowest other set-up may take. */
const lockDeadlineMs = 900_000;
const endings = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * How a set-up ended: `usable` lacks something required, but has what runs our scripts, so that those can look which only look.
 * @typedef {'complete' | 'usable' | 'unusable' | 'interrupted'} Outcome
 */

/**
 * Does every step that is not done yet, in the order in which they need each other. Each looks for itself whether there is something
 * to do, so a failed or interrupted set-up is simply run again.
 *
 * @param {{root: string, dev: boolean, force: boolean, again: boolean, offline: boolean}} options
 * @returns {Promise<Outcome>}
 */
export async function prepare({ root, dev, force, again, offline }) {
  const stop = new AbortController();
  const report = createReport((text) => process.stderr.write(text), stop.signal);
  const interrupt = () => stop.abort(new Error('interrupted'));
  for (const name of endings) process.once(name, interrupt);
  /** @type {(() => void) | undefined} */
  let release;
  try {
    release = await acquireLock(join(root, '.runtime', 'setup.lock'), {
      deadlineMs: lockDeadlineMs,
      signal: stop.signal,
      onWait: (pid) => report.note(`waiting for another set-up of this folder (pid ${pid})`),
    });
    const mayBeDone = !force && !again;
    if (mayBeDone && staleReasons(readStamp(root), observe({ root, dev })).length === 0) return 'complete'; // the other one did it
    return await steps({ root, dev, force, offline, signal: stop.signal, report });
  } catch (error) {
    if (stop.signal.aborted) return 'interrupted';
    report.problem({
      what: 'set-up',
      why: error instanceof Error ? error.message : String(error),
      command: isDenied(error) ? 'sudo chown -R "$(id -un)" .' : 'node ops/setup.mjs --force',
      required: true,
    });
    return existsSync(readStamp(root)?.node?.path ?? '') ? 'usable' : 'unusable';
  } finally {
    release?.();
    for (const name of endings) process.off(name, interrupt);
  }
}

/**
 * @param {{root: string, dev: boolean, force: boolean, offline: boolean, signal: AbortSignal, report: import('./report.mjs').Report}} options
 * @returns {Promise<Outcome>}
 * @throws {unknown} the signal's reason when it ends the set-up
 */
async function steps({ root, dev, force, offline, signal, report }) {
  const last = readStamp(root);
  const before = observe({ root, dev });
  const locked = readPackages(root);
  const speakerWanted = 'node_modules/speaker' in locked;
  const nodeWanted = `node_modules/${platformPackage()}` in locked;

  const missing = nodeWanted ? await ensureNodeLibrary({ root, offline, signal, report }) : null;
  signal.throwIfAborted();

  // A failure is remembered: asking for the same packages at every start would be a nuisance.
  const retry =
    force || last === null || (before.asRoot && !last.asRoot) || (before.forTests && !last.forTests);
  if (speakerWanted && retry) await ensureSystemPackages({ root, dev, offline, signal, report });
  signal.throwIfAborted();

  const couldCompile = canCompileSpeaker();
  const compilable = last?.speaker === 'missing' && couldCompile && !last.couldCompile;
  const packages = await ensureNodeModules({
    root,
    lockHash: before.lockHash,
    force,
    compilable,
    offline,
    signal,
    report,
  });
  signal.throwIfAborted();
  const node = packages ? await ensureNode({ root, missing, signal, report }) : null;
  signal.throwIfAborted();

  // Without a compiler, that has been said already, and when; with one, say once that it didn't help.
  const tell = couldCompile && (force || compilable || last?.speaker !== 'missing');
  const speaker = packages
    ? await ensureSpeaker({ root, wanted: speakerWanted, tell, signal, report })
    : 'missing';
  signal.throwIfAborted();
  if (node !== null && before.tapKey !== null) {
    await ensureTestRunner({
      root,
      node: node.path,
      tapKey: before.tapKey,
      force,
      signal,
      report,
    });
    signal.throwIfAborted();
  }
  const natsServer = await ensureNatsServer({
    root,
    requested: before.natsRequested,
    offline,
    signal,
    report,
  });
  signal.throwIfAborted();

  if (node !== null) await ensurePackedPackages({ root, node: node.path, signal, report });
  signal.throwIfAborted();
  if (node !== null) await warmCompileCache({ root, node: node.path, signal, report });
  signal.throwIfAborted();

  writeStamp(root, {
    version: stampVersion,
    root,
    asRoot: before.asRoot,
    forTests: dev || (last?.forTests ?? false),
    node,
    speaker,
    couldCompile,
    natsServer,
  });
  if (node === null) return 'unusable';
  return natsServer === null ? 'usable' : 'complete';
}

/** The folder was prepared by another user, root for example. @param {unknown} error */
function isDenied(error) {
  return error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM');
}
