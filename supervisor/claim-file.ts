import { createHash, randomUUID } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isAlive, readProcess } from './process-table.ts';

/** How long others may keep taking the file over, or be writing it. */
const patienceMs = 5_000;
/** Longer than anybody needs to write a few bytes: an empty file is what a power failure leaves. */
const writingMs = 500;
const pauseMs = 2;

/**
 * Makes a file that names this process as its owner, and returns 0; or changes nothing and returns the pid of the living process that
 * has it. A dead owner's file is taken over: of many that find it at once, one gets it. Throws when it cannot be had for seconds.
 *
 * Whoever looked at a dead owner's file a moment ago might otherwise remove the file of the one that has taken over since. So each such
 * file is removed only by who holds the claim to just that removal, which is a file of the same sort beside it.
 */
export function claimFile(file: string): number {
  const own = identity();
  const until = performance.now() + patienceMs;
  let emptySince: number | undefined;
  while (!createUnlessHeld(file, own)) {
    if (performance.now() > until) throw new Error(`Cannot take ${file}: others keep taking it over`);
    const owner = readOwner(file);
    if (owner === undefined) continue;
    const pid = livingPid(owner);
    if (pid > 0) return pid;
    emptySince = owner === '' ? (emptySince ?? performance.now()) : undefined;
    const isBeingWritten = emptySince !== undefined && performance.now() - emptySince < writingMs;
    if (isBeingWritten || !removeDead(file, owner)) pause();
  }
  return 0;
}

/** Gives it back; one that somebody else has by now is left alone. */
export function releaseFile(file: string): void {
  if (readOwner(file) === identity()) rmSync(file, { force: true });
}

/** The start time tells this process from a later one with its pid. */
function identity(): string {
  return `${process.pid} ${readProcess(process.pid)?.startTime ?? ''}`;
}

/** False: somebody else is about to do it. */
function removeDead(file: string, owner: string): boolean {
  const claim = `${file}.after-${createHash('sha256').update(owner).digest('hex').slice(0, 16)}`;
  if (claimFile(claim) > 0) return false;
  try {
    if (readOwner(file) === owner) rmSync(file, { force: true });
  } finally {
    rmSync(claim, { force: true });
  }
  return true;
}

/** On a full disk nothing can be written, but who has the file still has it. */
function createUnlessHeld(file: string, own: string): boolean {
  try {
    return create(file, own);
  } catch (error) {
    if (livingPid(readOwner(file) ?? '') > 0) return false;
    throw error;
  }
}

/** Appears with its content, or not at all. False: there is one. */
function create(file: string, own: string): boolean {
  const draft = `${file}.${randomUUID()}`;
  try {
    writeFileSync(draft, own, { flag: 'wx', mode: 0o600 });
    return isFirst(() => linkSync(draft, file));
  } catch (error) {
    if (!hasNoLinks(error)) throw error;
    // Then it is empty for a moment, which readers wait out.
    return isFirst(() => writeFileSync(file, own, { flag: 'wx', mode: 0o600 }));
  } finally {
    rmSync(draft, { force: true });
  }
}

function isFirst(make: () => void): boolean {
  try {
    make();
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Some file systems, such as exFAT and what virtual machines share, know none. */
const hasNoLinks = (error: unknown): boolean =>
  error instanceof Error &&
  'syscall' in error &&
  error.syscall === 'link' &&
  ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'EMLINK'].includes(codeOf(error));

/** Undefined: there is no such file any more. */
function readOwner(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** 0: it has ended, or nobody is named. */
function livingPid(owner: string): number {
  const [pid = '', startTime = ''] = owner.split(' ');
  return Number(pid) > 0 && isAlive(Number(pid), startTime) ? Number(pid) : 0;
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

/** Of the whole process, which has nothing else to do before it knows. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
}
