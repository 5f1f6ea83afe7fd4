import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { endLeftover, noteChild } from './leftover.mjs';
import { pickLines, run } from './run.mjs';

const updateDeadlineMs = 120_000;
const installDeadlineMs = 300_000;
/** dpkg cut short leaves a system that refuses every further package, so one of a killed set-up gets time to end by itself. */
const leftoverPatienceMs = 120_000;

/**
 * Installs packages into the system, as root. The lists are fetched only when there are none, or when what they name can't be had.
 * @param {{root: string, packages: string[], signal: AbortSignal}} options
 * @returns {Promise<string | null>} why it failed, null when they are installed
 */
export async function installPackages({ root, packages, signal }) {
  const note = join(root, '.runtime', 'apt.json');
  const env = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  /** @param {string[]} args @param {number} deadlineMs */
  const apt = (args, deadlineMs) =>
    run('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=60', ...args], {
      cwd: root,
      deadlineMs,
      signal,
      env,
      onPid: (pid) => noteChild(note, pid),
    });
  const install = () => apt(['install', '-y', '--no-install-recommends', ...packages], installDeadlineMs);
  const update = () => apt(['update'], updateDeadlineMs);

  try {
    await endLeftover(note, signal, leftoverPatienceMs);
    const fresh = !hasPackageLists();
    if (fresh) await update();
    let finished = await install();
    if (!finished.ok && !fresh && !signal.aborted) {
      await update(); // old lists name packages that the mirror has since replaced
      finished = await install();
    }
    return finished.ok ? null : `apt-get ${finished.reason}: ${pickLines(finished.output, /^(E|W|Err)\b/)}`;
  } finally {
    rmSync(note, { force: true });
  }
}

function hasPackageLists() {
  const folder = '/var/lib/apt/lists';
  return existsSync(folder) && readdirSync(folder).some((name) => name.includes('_Packages'));
}
