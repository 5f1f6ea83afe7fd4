import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Loaded into every test file's process (`.taprc`), before the test.

// A suite of hundreds of processes would else compile the same modules hundreds of times.
const cache = join(import.meta.dirname, '../../.runtime/cache/node');
enableCompileCache(cache);
process.env['NODE_COMPILE_CACHE'] ??= cache;

// tap follows the processes that a test starts by loading a hook into each of them, which looks at every module. We take no coverage, and
// want to see the product as it is: what tap has added to their environment is taken out again.
const follower = /"?--import=\S*@tapjs\/processinfo\S*"?/;
const spawns =
  /** @type {Record<symbol, {listeners: ((spawned: {env: NodeJS.ProcessEnv}) => void)[]} | undefined>} */ (
    /** @type {unknown} */ (globalThis)
  )[Symbol.for('process-on-spawn@*:singletonId')];
spawns?.listeners.push((spawned) => {
  const env = Object.fromEntries(
    Object.entries(spawned.env).filter(([name]) => !name.startsWith('_TAPJS_PROCESSINFO_')),
  );
  const options = env['NODE_OPTIONS']?.replace(follower, '').trim();
  if (options) env['NODE_OPTIONS'] = options;
  else delete env['NODE_OPTIONS'];
  spawned.env = env;
});
