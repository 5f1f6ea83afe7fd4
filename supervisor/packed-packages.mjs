import { readFileSync, statSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

// Loaded with --import into every worker: what our own files import from packages comes from the few files that set-up has packed them
// into (`ops/setup/pack-packages.mjs`), instead of from hundreds. Half of what a start costs goes into finding and reading those. Whenever
// the pack is not that of the packages which are installed, or not whole, everything comes from node_modules as ever.

/** @typedef {{modules: Record<string, string>, bytes: Record<string, number>}} PackIndex files by specifier; sizes by file */

const root = join(import.meta.dirname, '..');
const folder = join(root, '.runtime', 'cache', 'packages');

usePack();

function usePack() {
  const modules = readPack();
  // Node has it from 22.15 on.
  if (modules === undefined || !('registerHooks' in nodeModule)) return;
  nodeModule.registerHooks({
    resolve(specifier, context, next) {
      const url = modules.get(specifier);
      const isOurs = context.parentURL !== undefined && !context.parentURL.includes('/node_modules/');
      if (url === undefined || !isOurs) return next(specifier, context);
      return { url, format: 'module', shortCircuit: true };
    },
  });
}

/** Addresses by specifier; undefined when it must not be used. @returns {Map<string, string> | undefined} */
function readPack() {
  try {
    const installed = readFileSync(join(root, 'node_modules', '.package-lock.json'));
    if (!installed.equals(readFileSync(join(folder, 'installed.json')))) return undefined;
    /** @type {PackIndex} */
    const { modules, bytes } = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8'));
    for (const [file, size] of Object.entries(bytes))
      if (statSync(join(folder, file)).size !== size) return undefined;
    return new Map(
      Object.entries(modules).map(([specifier, file]) => [specifier, pathToFileURL(join(folder, file)).href]),
    );
  } catch {
    return undefined;
  }
}
