import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The home folder of one run. */
export interface RunHome extends Disposable {
  folder: string;
  /** It stays, as evidence. */
  keep(): void;
  isKept(): boolean;
}

/** A folder for one run: the given one, which stays, or a temporary one, which is removed. Throws when the given one holds something: what an earlier show left would be judged with this one. */
export function openRunHome(given: string): RunHome {
  if (given !== '') {
    if (existsSync(given) && readdirSync(given).length > 0)
      throw new Error(`Cannot use ${given} as home: it is not empty`);
    mkdirSync(given, { recursive: true });
    return {
      folder: given,
      keep: () => undefined,
      isKept: () => true,
      [Symbol.dispose]: () => undefined,
    };
  }
  const folder = mkdtempSync(join(tmpdir(), 'onair-chaos-'));
  let kept = false;
  return {
    folder,
    keep: () => (kept = true),
    isKept: () => kept,
    [Symbol.dispose]() {
      if (!kept) rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
}
