import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fetchPackage } from './apt-fetch.mjs';
import { installPackages } from './apt-install.mjs';
import { librarySuites } from './distribution.mjs';
import { hasOwnLibrary, libraryFolder, nodeLibrary as library } from './node-environment.mjs';
import { platformPackage } from './platform-package.mjs';
import { findPrograms } from './programs.mjs';
import { run } from './run.mjs';

const versionDeadlineMs = 10_000;

/**
 * Sees to the library that the pinned Node needs, before npm is started: what npm compiles is compiled by that Node. Root installs it
 * into the system, anyone else gets a copy in `.runtime/lib`. Says nothing of a failure, for the Node that starts or doesn't is the judge.
 *
 * @param {{root: string, offline: boolean, signal: AbortSignal, report: import('./report.mjs').Report}} options
 * @returns {Promise<string | null>} why it is missing, null when it is there or not needed
 */
export async function ensureNodeLibrary({ root, offline, signal, report }) {
  if (process.platform !== 'linux' || isInSystem() || hasOwnLibrary(root)) return null;
  const node = join(root, 'node_modules', platformPackage(), 'bin', 'node');
  if (existsSync(node)) {
    const finished = await run(node, ['--version'], { cwd: root, deadlineMs: versionDeadlineMs, signal });
    if (finished.ok) return null; // the system keeps it where we don't look
  }
  if (offline) return `${library} is missing, and nothing may be fetched (--offline)`;
  let reason = '';
  if (process.getuid?.() === 0 && findPrograms('apt-get').length > 0) {
    const failed = await report.step('installing libatomic1 for Node', () =>
      installPackages({ root, packages: ['libatomic1'], signal }),
    );
    if (failed === null || signal.aborted) return null;
    reason = `${failed}; `;
  }
  const failed = await report.step(`fetching ${library} for Node`, () =>
    fetchPackage({
      root,
      name: 'libatomic1',
      suites: librarySuites,
      signal,
      take: async (tree) => takeLibrary(tree, libraryFolder(root)),
    }),
  );
  return failed === null ? null : `${library} is missing: ${reason}${failed}`;
}

/**
 * The command that installs a library which a program said it lacks.
 * @param {string} output of the program
 * @returns {string | null} null when it complains of something else
 */
export function libraryCommand(output) {
  const missing = /(lib[\w.+-]+\.so[\d.]*): cannot open shared object file/.exec(output)?.[1];
  if (missing === undefined) return null;
  if (missing !== library) return `install the package that contains ${missing}`;
  const manager = ['apt-get', 'dnf', 'zypper', 'pacman'].find((name) => findPrograms(name).length > 0);
  if (manager === 'apt-get' || manager === 'zypper') return `sudo ${manager} install libatomic1`;
  if (manager === 'dnf') return 'sudo dnf install libatomic';
  if (manager === 'pacman') return 'sudo pacman -S gcc-libs';
  return `install the package that contains ${missing} (on Debian: sudo apt-get install libatomic1)`;
}

function isInSystem() {
  const asked = (process.env['LD_LIBRARY_PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...asked, ...systemFolders('/')].some((folder) => existsSync(join(folder, library)));
}

/** Where distributions keep libraries. @param {string} top of the system, or of a package's tree */
function systemFolders(top) {
  const triplet = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }[String(process.arch)] ?? '';
  return ['usr/lib', 'lib', 'usr/lib64', 'lib64', 'usr/local/lib', 'usr/local/lib64'].flatMap((folder) => [
    join(top, folder, triplet),
    join(top, folder),
  ]);
}

/** @param {string} tree @param {string} folder @returns {string | null} why not */
function takeLibrary(tree, folder) {
  const found = systemFolders(tree)
    .map((place) => join(place, library))
    .find(existsSync);
  if (found === undefined) return `the package contains no ${library}`;
  mkdirSync(folder, { recursive: true });
  const draft = join(folder, `${library}.${process.pid}`);
  try {
    copyFileSync(found, draft); // follows the link to the versioned file
    renameSync(draft, join(folder, library));
    return null;
  } finally {
    rmSync(draft, { force: true });
  }
}
