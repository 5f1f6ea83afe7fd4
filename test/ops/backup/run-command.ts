import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';

const folder = resolve(import.meta.dirname, '../../../ops/backup');

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs `backup` or `restore` as npm would, and waits for its end. */
export async function run(name: 'backup' | 'restore', ...args: string[]): Promise<Ended> {
  const { promise, resolve: end } = Promise.withResolvers<Ended>();
  execFile(
    process.execPath,
    [join(folder, `${name}.ts`), ...args],
    { timeout: 120_000 },
    (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      end({ code, stdout, stderr });
    },
  );
  return await promise;
}

/** The same with `--json`; throws what it said when it failed. */
export async function runJson<Result>(name: 'backup' | 'restore', ...args: string[]): Promise<Result> {
  const { code, stdout, stderr } = await run(name, ...args, '--json');
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Result;
}
