import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { LoadResult } from './load-config.ts';
import { readKeptConfig } from './kept-config.ts';
import { packedPackagesFlags } from './node-arguments.ts';

/** The one that the supervisor's own code is in. */
const cache = join(import.meta.dirname, '..', '.runtime', 'cache', 'node');
/** Some 200 ms on a quiet machine. */
const deadlineMs = 30_000;

/**
 * The same as `loadConfig`, in a process of its own that ends with it: schema and YAML reader would stay in the memory of a supervisor for
 * months, 20 MB, for what they do in its first moment. It is not even started when nothing has changed since the last time. Throws when
 * that process could not say anything.
 */
export async function loadConfigApart(
  file: string,
  environment: Record<string, string | undefined>,
  home = '',
): Promise<LoadResult> {
  const kept = readKeptConfig(file, home);
  if (kept) return { ok: true, config: kept };
  const { promise, resolve, reject } = Promise.withResolvers<LoadResult>();
  const child = fork(join(import.meta.dirname, 'load-config-child.ts'), [file, home], {
    execArgv: packedPackagesFlags,
    env: { NODE_COMPILE_CACHE: cache, ...environment },
    serialization: 'advanced',
    timeout: deadlineMs,
    killSignal: 'SIGKILL',
  });
  child.once('message', (result) => resolve(result as LoadResult));
  child.once('error', (cause) => reject(new Error('Cannot read the configuration', { cause })));
  // After the message, if there was one: then this comes too late to matter.
  child.once('close', (code, signal) =>
    reject(new Error(`Cannot read the configuration: its reader ended with ${signal ?? `code ${code}`}`)),
  );
  return await promise;
}
