import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { nodeEnvironment } from './node-environment.mjs';
import { run } from './run.mjs';

const deadlineMs = 20_000;

/**
 * What the first start would compile: the supervisor's modules, and workers that find nobody to work for. Without it, the first supervisor
 * has what strips the types in memory for good (25 MB), and every first worker is late. Only a head start: what fails is not said.
 *
 * @param {{root: string, node: string, signal: AbortSignal, report: import('./report.mjs').Report}} options
 */
export async function warmCompileCache({ root, node, signal, report }) {
  if (!existsSync(join(root, 'workers'))) return;
  const small = smallHeapFlags(root);
  const loader = ['--import', './supervisor/compile-cache.mjs'];
  const packed = ['--import', './supervisor/packed-packages.mjs'];
  const commands = [
    [...small, ...loader, 'supervisor/main.ts', '--help'],
    [...small, ...loader, '--input-type=module', '--eval', "await import('./supervisor/supervisor.ts')"],
    [...packed, ...loader, 'supervisor/load-config-child.ts', '', ''],
    ...workerEntries(root).map((entry) => [...packed, ...loader, entry]),
  ];
  await report.step('compiling', async () => {
    for (const command of commands) {
      await run(node, command, { cwd: root, deadlineMs, signal, env: nodeEnvironment(root) });
    }
  });
}

/** @param {string} root */
function workerEntries(root) {
  return readdirSync(join(root, 'workers'))
    .map((role) => join('workers', role, 'main.ts'))
    .filter((entry) => existsSync(join(root, entry)));
}

/** The cache is kept by V8's settings, hence those of `npm run supervise`. @param {string} root @returns {string[]} */
function smallHeapFlags(root) {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return String(scripts?.supervise ?? '')
    .split(' ')
    .filter((/** @type {string} */ word) => /^--(?!import)/.test(word));
}
