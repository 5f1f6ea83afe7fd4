import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { npmCommand } from './npm.mjs';
import { platformPackage } from './platform-package.mjs';
import { run } from './run.mjs';
import { findVersion, oldestNodeMajor, pinnedNodeMajor } from './versions.mjs';

const versionDeadlineMs = 10_000;
const linkDeadlineMs = 60_000;

/**
 * Finds the Node that npm scripts will run with: the pinned one, else the machine's own if it is new enough.
 * @param {{root: string, signal: AbortSignal, report: import('./report.mjs').Report}} options
 * @returns {Promise<import('./stamp.mjs').Stamp['node']>} null when there is none; the reason has been reported then
 */
export async function ensureNode({ root, signal, report }) {
  const isWindows = process.platform === 'win32';
  const path = join(root, 'node_modules', platformPackage(), 'bin', isWindows ? 'node.exe' : 'node');
  const link = join(root, 'node_modules', '.bin', isWindows ? 'node.cmd' : 'node');
  let why = `no Node package for ${process.platform} ${process.arch} was installed`;
  if (existsSync(path) && !existsSync(link)) {
    // npm 9 (Debian 12's) drops the link together with the packages of other platforms, which bring a program of the same name.
    const { command, args } = npmCommand(root);
    await run(command, [...args, 'rebuild', '--ignore-scripts', platformPackage()], {
      cwd: root,
      deadlineMs: linkDeadlineMs,
      signal,
    });
  }
  if (existsSync(path) && existsSync(link)) {
    const finished = await run(path, ['--version'], { cwd: root, deadlineMs: versionDeadlineMs, signal });
    const version = finished.ok ? findVersion(finished.output) : null;
    if (version !== null && Number.parseInt(version, 10) >= pinnedNodeMajor)
      return { path, version, pinned: true };
    why = `the Node in node_modules ${finished.ok ? `is ${version ?? 'of unknown version'}` : `does not run here (${finished.reason})`}`;
    // Left there, npm scripts would go on finding it first (a binary for glibc on a musl machine, for example).
    if (!finished.ok && !signal.aborted) rmSync(link, { force: true });
  }
  const own = process.versions.node;
  if (
    Number.parseInt(own, 10) >= oldestNodeMajor &&
    !process.execPath.startsWith(join(root, 'node_modules'))
  ) {
    report.note(`${why}; using ${process.execPath} ${own}`);
    return { path: process.execPath, version: own, pinned: false };
  }
  report.problem({
    what: `Node ${pinnedNodeMajor}`,
    why: `${why}, and ${process.execPath} is ${own}`,
    command: isWindows
      ? 'winget install OpenJS.NodeJS'
      : `install Node ${pinnedNodeMajor} (at least ${oldestNodeMajor}) and put it first on PATH`,
    required: true,
  });
  return null;
}
