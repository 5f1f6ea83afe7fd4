import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Node's own binaries for Linux want it from 25 on, and a minimal system doesn't have it (`readelf -d`: NEEDED libatomic.so.1). */
export const nodeLibrary = 'libatomic.so.1';

/** Holds our own copy of it, for a machine where we may not install any. @param {string} root */
export const libraryFolder = (root) => join(root, '.runtime', 'lib');

/** @param {string} root */
export const hasOwnLibrary = (root) => existsSync(join(libraryFolder(root), nodeLibrary));

/**
 * The environment in which the pinned Node starts: with our copy of its library, where there is one.
 * @param {string} root
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {NodeJS.ProcessEnv}
 */
export function nodeEnvironment(root, env = process.env) {
  if (!hasOwnLibrary(root)) return env;
  const folders = [libraryFolder(root), ...(env['LD_LIBRARY_PATH'] ?? '').split(delimiter)];
  const unique = new Set(folders.filter((folder) => folder !== ''));
  return { ...env, LD_LIBRARY_PATH: [...unique].join(delimiter) };
}
