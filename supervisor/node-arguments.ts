import { fileURLToPath } from 'node:url';

/** V8 settings of a process that does little and must stay small: 72 MB instead of 122 were seen. */
export const smallHeapFlags = ['--max-semi-space-size=1', '--v8-pool-size=1', '--no-opt', '--no-maglev'];

/** Of a worker that may take so much memory: the rest is for what lies outside the heap. */
export const workerHeapFlag = (limitMb: number): string =>
  `--max-old-space-size=${Math.round(limitMb * 0.6)}`;

/** What we start with, to load less; see `packed-packages.mjs`. */
export const packedPackagesFlags = ['--import', new URL('packed-packages.mjs', import.meta.url).href];

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** What Node is started with to be the supervisor; `npm run supervise` has the same. */
export const supervisorArguments = [
  ...smallHeapFlags,
  ...packedPackagesFlags,
  '--import',
  new URL('compile-cache.mjs', import.meta.url).href,
  file('main.ts'),
];
