import { readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { crc32 } from 'node:zlib';

// Loaded with --import into the supervisor and every worker: what our own files import from packages comes from the few files that set-up
// has packed them into (`ops/setup/pack-packages.mjs`), instead of from hundreds. A quarter to a half of what loading costs goes into finding
// and reading those. Whenever the pack is not that of the packages which are installed, or not whole, everything comes from node_modules as ever.

/**
 * @typedef {object} PackIndex
 * @property {number} installed check of the list of packages that it was made from
 * @property {Record<string, string[]>} modules by specifier, the file, and those that it cannot do without
 * @property {Record<string, number>} checks by file
 */

const root = join(import.meta.dirname, '..');
const folder = join(root, '.runtime', 'cache', 'packages');
const isOwnFile = /^\.\.?\/.*\.ts$/;

usePack();

function usePack() {
  const pack = readIndex();
  // Node has it from 22.15 on.
  if (pack === undefined || !('registerHooks' in nodeModule)) return;
  const project = pathToFileURL(join(root, '/')).href;
  /** @type {Map<string, boolean>} */
  const whole = new Map();
  /** Looked at when it is needed: a cache may be cleared at any time, and some packages are needed late. @param {string} file */
  const isWhole = (file) => {
    const known = whole.get(file) ?? checkOf(join(folder, file)) === pack.checks[file];
    whole.set(file, known);
    return known;
  };
  nodeModule.registerHooks({
    resolve(specifier, context, next) {
      const from = context.parentURL ?? '';
      const isOurs = from.startsWith(project) && !from.includes('/node_modules/');
      // Where it is, it says: to look for it in all ways takes longer than to read it.
      if (isOurs && isOwnFile.test(specifier))
        return { url: new URL(specifier, from).href, format: 'module-typescript', shortCircuit: true };
      const [file, ...others] = pack.files.get(specifier) ?? [];
      if (file === undefined || !isOurs || ![file, ...others].every(isWhole)) return next(specifier, context);
      return { url: pathToFileURL(join(folder, file)).href, format: 'module', shortCircuit: true };
    },
  });
}

/** Undefined when there is none of these packages. @returns {{files: Map<string, string[]>, checks: Record<string, number>} | undefined} */
function readIndex() {
  try {
    /** @type {PackIndex} */
    const { installed, modules, checks } = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8'));
    const isOfThese = installed === crc32(readFileSync(join(root, 'node_modules', '.package-lock.json')));
    return isOfThese ? { files: new Map(Object.entries(modules)), checks } : undefined;
  } catch {
    return undefined;
  }
}

/** Of a file; undefined when it cannot be read. @param {string} path */
function checkOf(path) {
  try {
    return crc32(readFileSync(path));
  } catch {
    return undefined;
  }
}
