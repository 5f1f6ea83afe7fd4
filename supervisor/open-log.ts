import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { dirname } from 'node:path';
import { setAside } from './bound-log.ts';
import { makeFolder } from './make-folder.ts';

/**
 * A file that a process writes its output to, opened to append, set aside first when it is large; its folder is made anew when somebody
 * has removed it. Never throws: a process whose log cannot be had runs without one. To be closed by the caller.
 */
export function openLog(
  file: string,
  { onProblem, maxBytes }: { onProblem: (error: unknown) => void; maxBytes?: number },
): number {
  try {
    makeFolder(dirname(file));
    setAside(file, maxBytes);
    return openSync(file, 'a');
  } catch (error) {
    onProblem(error);
    return openSync(devNull, 'a');
  }
}

/** Whether a program that is given its name could write it. */
export function isWritable(file: string): boolean {
  let isThere = true;
  closeSync(openLog(file, { onProblem: () => (isThere = false), maxBytes: Infinity }));
  return isThere;
}
