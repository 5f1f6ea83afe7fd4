#!/usr/bin/env node
/**
 * Makes a fresh clone able to run: system packages, node_modules, the test runner, nats-server.
 *
 * npm's `pre` scripts call it before every command, so it has to run on any Node from 18 on with nothing installed, say nothing and
 * end in a moment when there is nothing to do, and leave stdout to the command itself. Everything it knows about the last run is in
 * `.runtime/setup.json`; the supervisor reads the path of nats-server from there.
 */
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readOptions, usage } from './setup/options.mjs';
import { observe, readStamp, staleReasons } from './setup/stamp.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const options = readOptions(process.argv.slice(2));

if (options.problem !== null) {
  process.stderr.write(`setup: ${options.problem}\n${usage}`);
  process.exitCode = 1;
} else if (options.help) {
  process.stdout.write(usage);
} else {
  const stale = staleReasons(readStamp(root), observe({ root, dev: options.dev }));
  if (options.force || options.again || stale.length > 0) {
    // Imported only now: the usual start has nothing to do, and every module costs it time.
    const { prepare } = await import('./setup/prepare.mjs');
    const outcome = await prepare({
      root,
      dev: options.dev,
      force: options.force,
      again: options.again,
      offline: options.offline,
    });
    const exitCodes = { complete: 0, usable: options.lenient ? 0 : 1, unusable: 1, interrupted: 130 };
    process.exitCode = exitCodes[outcome];
  }
  if (options.json) process.stdout.write(`${JSON.stringify(readStamp(root), null, 2)}\n`);
}
