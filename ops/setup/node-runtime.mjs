import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { npmCommand } from './npm.mjs';
import { hasOwnLibrary, nodeEnvironment } from './node-environment.mjs';
import { nodeLink, writeLauncher, writeLink } from './node-launcher.mjs';
import { libraryCommand } from './node-library.mjs';
import { platformPackage } from './platform-package.mjs';
import { run } from './run.mjs';
import { findVersion, oldestNodeMajor, pinnedNodeMajor } from './versions.mjs';

const versionDeadlineMs = 10_000;
const linkDeadlineMs = 60_000;
const isWindows = process.platform === 'win32';

/**
 * Finds the Node that npm scripts will run with: the pinned one, else the machine's own if it is new enough.
 * @param {{root: string, missing: string | null, signal: AbortSignal, report: import('./report.mjs').Report}} options
 *   `missing`: why a library that the pinned Node needs is not there
 * @returns {Promise<import('./stamp.mjs').Stamp['node']>} null when there is none; the reason has been reported then
 */
export async function ensureNode({ root, missing, signal, report }) {
  const path = join(root, 'node_modules', platformPackage(), 'bin', isWindows ? 'node.exe' : 'node');
  const link = nodeLink(root);
  let why = `no Node package for ${process.platform} ${process.arch} was installed`;
  let command = isWindows
    ? 'winget install OpenJS.NodeJS'
    : `install Node ${pinnedNodeMajor} (at least ${oldestNodeMajor}) and put it first on PATH`;
  if (existsSync(path)) {
    const launched = hasOwnLibrary(root);
    await ensureLink({ root, launched, signal });
    // By the way that npm scripts will go; only Windows can't start a shim without a shell.
    const finished = await run(isWindows ? path : link, ['--version'], {
      cwd: root,
      deadlineMs: versionDeadlineMs,
      signal,
    });
    const version = finished.ok ? findVersion(finished.output) : null;
    if (version !== null && Number.parseInt(version, 10) >= pinnedNodeMajor)
      return { path, version, pinned: true, launched };
    why = finished.ok
      ? `the Node in node_modules is ${version ?? 'of unknown version'}`
      : `the Node in node_modules does not run here (${tellFailure(finished)})${missing === null ? '' : `; ${missing}`}`;
    command = libraryCommand(finished.output) ?? command;
    // Left there, npm scripts would go on finding it first (a binary for glibc on a musl machine, for example).
    if (!finished.ok && !signal.aborted) rmSync(link, { force: true });
  }
  const own = process.versions.node;
  if (
    Number.parseInt(own, 10) >= oldestNodeMajor &&
    !process.execPath.startsWith(join(root, 'node_modules'))
  ) {
    report.note(`${why}; using ${process.execPath} ${own}`);
    return { path: process.execPath, version: own, pinned: false, launched: false };
  }
  report.problem({
    what: `Node ${pinnedNodeMajor}`,
    why: `${why}, and ${process.execPath} is ${own}`,
    command,
    required: true,
  });
  return null;
}

/** @param {{root: string, launched: boolean, signal: AbortSignal}} options */
async function ensureLink({ root, launched, signal }) {
  if (launched) return writeLauncher(root);
  if (existsSync(nodeLink(root))) return;
  if (!isWindows) return writeLink(root);
  const { command, args } = npmCommand(root);
  await run(command, [...args, 'rebuild', '--ignore-scripts', platformPackage()], {
    cwd: root,
    deadlineMs: linkDeadlineMs,
    signal,
    env: nodeEnvironment(root),
  });
}

/** How it ended, and in its own words why: the loader names the library that is missing. @param {import('./run.mjs').Finished} finished */
function tellFailure({ reason, output }) {
  const said = output
    .split('\n')
    .map((line) => line.trim())
    .find((line) => line !== '');
  return said === undefined ? reason : `${reason}: ${said.slice(0, 300)}`;
}
