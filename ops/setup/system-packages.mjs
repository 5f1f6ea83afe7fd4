import { installPackages } from './apt-install.mjs';
import { findPrograms } from './programs.mjs';
import { speakerNeeds } from './speaker-needs.mjs';

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
  const purpose = missing.every((entry) => entry.dev) ? 'the tests' : 'the native sound output';
  const problem = {
    what: `${missing.map((entry) => entry.need).join(', ')} for ${purpose}`,
    command: installCommand(manager, packages),
    required: false,
  };
  if (manager !== 'apt' || offline) return report.problem({ ...problem, why: 'not installed' });
  if (process.getuid?.() !== 0)
    return report.problem({ ...problem, why: 'not installed, and only root may do that' });

  const failed = await report.step(`installing ${packages.join(', ')} for ${purpose}`, () =>
    installPackages({ root, packages, signal }),
  );
  if (failed !== null) report.problem({ ...problem, why: failed });
}

/** @param {'apt' | 'dnf' | 'pacman' | undefined} manager @param {string[]} packages */
function installCommand(manager, packages) {
  if (manager === 'dnf') return `sudo dnf install ${packages.join(' ')}`;
  if (manager === 'pacman') return `sudo pacman -S ${packages.join(' ')}`;
  if (manager === 'apt') return `sudo apt-get install ${packages.join(' ')}`;
  return `install the packages that contain them (on Debian: ${packages.join(' ')})`;
}

/** @param {string} name */
const has = (name) => findPrograms(name).length > 0;
