import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeEnvironment } from './node-environment.mjs';
import { platformPackage } from './platform-package.mjs';
import { findPrograms } from './programs.mjs';

/**
 * The npm to use: the one that runs us, by a Node outside node_modules where there is one, because npm deletes the other.
 * @param {string} root
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {{command: string, args: string[]}}
 */
export function npmCommand(root, env = process.env) {
  const outside = [
    env['npm_node_execpath'] ?? '',
    process.execPath,
    ...findPrograms('node', env['PATH']),
  ].find((path) => path !== '' && existsSync(path) && !path.startsWith(join(root, 'node_modules')));
  const node = outside ?? process.execPath;
  const script = env['npm_execpath'] ?? '';
  if (basename(script) === 'npm-cli.js' && existsSync(script)) return { command: node, args: [script] };
  // Started without npm: a Windows shim can't be spawned without a shell, but what it runs lies beside node there.
  if (process.platform === 'win32')
    return { command: node, args: [join(node, '..', 'node_modules', 'npm', 'bin', 'npm-cli.js')] };
  return { command: 'npm', args: [] };
}

/**
 * The environment for npm: native modules are compiled by the pinned Node (npm puts node_modules/.bin first on the PATH of install
 * scripts) and so have to see the headers of that one, whatever `nodedir` the machine's npmrc names. Windows needs a library that
 * the platform package doesn't have.
 * @param {string} root
 * @returns {NodeJS.ProcessEnv}
 */
export function npmEnvironment(root) {
  if (process.platform === 'win32') return process.env;
  const nodeDir = join(root, 'node_modules', platformPackage());
  return { ...nodeEnvironment(root), npm_config_nodedir: nodeDir };
}

/**
 * Makes npm judge `engines` by the Node that will run the packages, not by an older one that runs npm: it leaves out every optional
 * package that doesn't fit, without a word, and one of those is the linter's binary.
 * @param {string} version of that Node, e.g. "26.10.0"
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function judgingBy(version, env) {
  const preload = fileURLToPath(new URL('judge-engines.cjs', import.meta.url));
  const options = [env['NODE_OPTIONS'] ?? '', '--require', JSON.stringify(preload)]; // quoted: it may contain blanks
  return { ...env, ONAIR_SETUP_ENGINE: version, NODE_OPTIONS: options.join(' ').trim() };
}
