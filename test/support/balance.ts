import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Balance } from '../../ops/ledger.ts';

const project = resolve(import.meta.dirname, '../..');

/** What `inspect --balance` prints for a home, as a person would ask for it. */
export async function readBalance(home: string): Promise<Balance> {
  const args = [join(project, 'ops/inspect.ts'), '--balance', '--json', '--home', home];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 }).catch(
    (error: { stdout: string; stderr: string }) => {
      // Exit code 1 says that it does not balance; the figures are there all the same.
      if (error.stdout) return error;
      throw new Error(error.stderr);
    },
  );
  return JSON.parse(stdout) as Balance;
}
