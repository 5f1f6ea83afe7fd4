import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { nodeEnvironment } from './node-environment.mjs';
import { run } from './run.mjs';

const deadlineMs = 20_000;

/**
 * What the first start would compile: the supervisor's modules, workers that find nobody to work for, what they load only when they work,
 * and sinks that do not know what they are asked. Without it, the first supervisor has what strips the types in memory for good (25 MB),
 * and every first worker is late; a sink that a missing device ends writes no cache by itself. Only a head start: what fails is not said.
 *
 * @param {{root: string, node: string, signal: AbortSignal, report: import('./report.mjs').Report}} options
 */
export async function warmCompileCache({ root, node, signal, report }) {
  if (!existsSync(join(root, 'workers'))) return;
  const small = smallHeapFlags(root);
  const loader = ['--import', './supervisor/compile-cache.mjs'];
  const packed = ['--import', './supervisor/packed-packages.mjs'];
  const commands = [
    [...small, ...packed, ...loader, 'supervisor/main.ts', '--help'],
    [
      ...small,
      ...packed,
      ...loader,
      '--input-type=module',
      '--eval',
      "await import('./supervisor/supervisor.ts')",
    ],
    [...packed, ...loader, 'supervisor/load-config-child.ts', '', ''],
    ...workerEntries(root).map((entry) => [...packed, ...loader, entry]),
    [...packed, ...loader, '--input-type=module', '--eval', importAll(root, lateModules(root))],
    ...sinks(root).map((sink) => [...loader, sink, '--compile']),
  ];
  await report.step('compiling', async () => {
    for (const command of commands) {
      await run(node, command, { cwd: root, deadlineMs, signal, env: nodeEnvironment(root) });
    }
  });
}

/** @param {string} root */
function workerEntries(root) {
  const roles = readdirSync(join(root, 'workers')).map((role) => join('workers', role, 'main.ts'));
  return [...roles, join('ops', 'sim', 'main.ts')].filter((entry) => existsSync(join(root, entry)));
}

/** The task of the voice's threads, and the platforms of rooms, of which a start needs some. @param {string} root */
function lateModules(root) {
  return [join('workers', 'tts', 'voice-task.ts'), ...filesIn(root, join('workers', 'ingest', 'sources'))];
}

/** @param {string} root @param {string[]} files */
function importAll(root, files) {
  const urls = files.map((file) => pathToFileURL(join(root, file)).href);
  return `await Promise.allSettled(${JSON.stringify(urls)}.map((url) => import(url)))`;
}

/** @param {string} root */
const sinks = (root) =>
  filesIn(root, join('workers', 'audio', 'outputs')).filter((file) => file.endsWith('-sink.ts'));

/** @param {string} root @param {string} folder */
function filesIn(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

/** The cache is kept by V8's settings, hence those of `npm run supervise`. @param {string} root @returns {string[]} */
function smallHeapFlags(root) {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return String(scripts?.supervise ?? '')
    .split(' ')
    .filter((/** @type {string} */ word) => /^--(?!import)/.test(word));
}
