import { existsSync, readdirSync } from 'node:fs';
import { findPrograms } from './programs.mjs';
import { pickLines, run } from './run.mjs';
import { speakerNeeds } from './speaker-needs.mjs';

const updateDeadlineMs = 120_000;
const installDeadlineMs = 300_000;

/**
 * Installs what is missing where we may; elsewhere says the one command. Optional: never fails the set-up.
 * @param {{root: string, dev: boolean, offline: boolean, signal: AbortSignal, report: import('./report.mjs').Report}} options
 * @returns {Promise<void>}
 */
export async function ensureSystemPackages({ root, dev, offline, signal, report }) {
  if (process.platform !== 'linux') return;
  const missing = speakerNeeds.filter((entry) => (dev || !entry.dev) && !entry.isPresent());
  if (missing.length === 0) return;
  const manager = /** @type {const} */ (['apt', 'dnf', 'pacman']).find((name) =>
    has(name === 'apt' ? 'apt-get' : name),
  );
  const packages = missing.map((entry) => entry[manager ?? 'apt']);
  const problem = {
    what: `${missing.map((entry) => entry.need).join(', ')} for the native sound output`,
    command: installCommand(manager, packages),
    required: false,
  };
  if (manager !== 'apt' || offline) return report.problem({ ...problem, why: 'not installed' });
  if (process.getuid?.() !== 0)
    return report.problem({ ...problem, why: 'not installed, and only root may do that' });

  const env = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  /** @param {string[]} args @param {number} deadlineMs */
  const apt = (args, deadlineMs) =>
    run('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=60', ...args], { cwd: root, deadlineMs, signal, env });
  const install = () => apt(['install', '-y', '--no-install-recommends', ...packages], installDeadlineMs);
  const update = () => apt(['update'], updateDeadlineMs);

  const finished = await report.step(
    `installing ${packages.join(', ')} for the native sound output`,
    async () => {
      const fresh = !hasPackageLists();
      if (fresh) await update();
      const first = await install();
      if (first.ok || fresh || signal.aborted) return first;
      await update(); // old lists name packages that the mirror has since replaced
      return install();
    },
  );
  if (!finished.ok)
    report.problem({
      ...problem,
      why: `apt-get ${finished.reason}: ${pickLines(finished.output, /^(E|W|Err)\b/)}`,
    });
}

/** @param {'apt' | 'dnf' | 'pacman' | undefined} manager @param {string[]} packages */
function installCommand(manager, packages) {
  if (manager === 'dnf') return `sudo dnf install ${packages.join(' ')}`;
  if (manager === 'pacman') return `sudo pacman -S ${packages.join(' ')}`;
  if (manager === 'apt') return `sudo apt-get install ${packages.join(' ')}`;
  return `install the packages that contain them (on Debian: ${packages.join(' ')})`;
}

function hasPackageLists() {
  const folder = '/var/lib/apt/lists';
  return existsSync(folder) && readdirSync(folder).some((name) => name.includes('_Packages'));
}

/** @param {string} name */
const has = (name) => findPrograms(name).length > 0;
