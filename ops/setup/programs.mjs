import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where programs lie that are not always on a normal user's PATH: Debian's daemons, Homebrew. */
const extraFolders =
  process.platform === 'win32'
    ? []
    : ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/opt/homebrew/bin'];

/**
 * Every program of this name on PATH and in the usual other places, in that order.
 * @param {string} name without .exe
 * @param {string} [path]
 * @returns {string[]}
 */
export function findPrograms(name, path = process.env['PATH'] ?? '') {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  const folders = new Set([...path.split(delimiter).filter((folder) => folder !== ''), ...extraFolders]);
  return [...folders].map((folder) => join(folder, file)).filter(isProgram);
}

/** @param {string} path */
export function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
