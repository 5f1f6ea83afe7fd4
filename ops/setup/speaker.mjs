import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { platformPackage } from './platform-package.mjs';
import { npmCommand, npmEnvironment } from './npm.mjs';
import { pickLines, run } from './run.mjs';

const rebuildDeadlineMs = 180_000;

/**
 * Looks whether the optional `speaker` was compiled, and against the Node that will run it; compiles it again if not. Never loads it:
 * without a sound device that ends the whole process with a native assertion.
 *
 * @param {{root: string, wanted: boolean, tell: boolean, signal: AbortSignal, report: import('./report.mjs').Report}} options
 *   `tell`: say so when it is missing; false when that has been said already
 * @returns {Promise<'compiled' | 'missing' | 'unused'>}
 */
export async function ensureSpeaker({ root, wanted, tell, signal, report }) {
  if (!wanted) return 'unused';
  const folder = join(root, 'node_modules', 'speaker');
  const binary = join(folder, 'build', 'Release', 'binding.node');
  const problem = { what: 'native sound output (speaker)', required: false };
  if (!existsSync(binary)) {
    // npm removes an optional package that doesn't compile, without a word.
    if (tell)
      report.problem({
        ...problem,
        why: 'it did not compile',
        command: `${compileCommand()} and start again`,
      });
    return 'missing';
  }
  const target = targetAbi(root);
  const built = findAbi(join(folder, 'build', 'config.gypi'));
  if (built === null || target === null || built === target) return 'compiled';
  const finished = await report.step(
    `compiling speaker again (it was for Node ABI ${built}, ours is ${target})`,
    () => {
      const { command, args } = npmCommand(root);
      // npm runs install scripts with node_modules/.bin first on PATH, so node-gyp runs on the pinned Node.
      return run(command, [...args, 'rebuild', 'speaker'], {
        cwd: root,
        deadlineMs: rebuildDeadlineMs,
        signal,
        env: npmEnvironment(root),
      });
    },
  );
  if (finished.ok && existsSync(binary)) return 'compiled';
  report.problem({
    ...problem,
    why: `${finished.reason || 'no binary'}: ${pickLines(finished.output, /error/i)}`,
    command: 'npm rebuild speaker',
  });
  return existsSync(binary) ? 'compiled' : 'missing'; // it speaks Node-API, so the older one works
}

/** NODE_MODULE_VERSION of the Node that will load it. @param {string} root @returns {number | null} */
function targetAbi(root) {
  const headers = join(root, 'node_modules', platformPackage(), 'include', 'node', 'config.gypi');
  return findAbi(headers);
}

/** Both Node's headers and node-gyp's build folder have a config.gypi that tells it. @param {string} file @returns {number | null} */
function findAbi(file) {
  if (!existsSync(file)) return null;
  const match = /["']node_module_version["']\s*:\s*["']?(\d+)/.exec(readFileSync(file, 'utf8'));
  return match ? Number(match[1]) : null;
}

function compileCommand() {
  if (process.platform === 'linux')
    return 'install the ALSA headers, a C++ compiler, make and Python 3 (on Debian: sudo apt-get install libasound2-dev g++ make python3)';
  if (process.platform === 'darwin') return 'run xcode-select --install';
  return 'install the Visual Studio build tools and Python 3';
}
