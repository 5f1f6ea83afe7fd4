import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Environment variable that names the folder of orders; without it the saboteur does nothing. */
export const ordersVariable = 'ONAIR_CHAOS_ORDERS';

/** What one process is to do to itself, once. */
export type Order =
  /** The main loop, for ever. */
  | { kind: 'block' }
  /** Takes memory, and touches it, until it has `mb` more. */
  | { kind: 'leak'; mb: number }
  /** Works in slices of some 100 ms, with the loop running in between. */
  | { kind: 'spin'; forMs: number };

/** What every process of a role does that begins before `untilMs` (unix milliseconds). */
export interface StartOrder {
  kind: 'exit' | 'hang';
  untilMs: number;
}

/** The file that a process looks for while it runs, and takes away when it obeys. */
export const orderFile = (folder: string, pid: number): string => join(folder, `process-${pid}.json`);

/** The file that each process of a role reads before it does anything else. */
export const startOrderFile = (folder: string, role: string): string => join(folder, `start-${role}.json`);

/** Written beside and renamed, because it is looked for all the time. */
export function giveOrder(file: string, order: Order | StartOrder): void {
  writeFileSync(`${file}.new`, JSON.stringify(order));
  renameSync(`${file}.new`, file);
}

/** The process has read it. */
export function isTaken(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) === undefined;
}

export function withdrawOrder(file: string): void {
  rmSync(file, { force: true });
}
