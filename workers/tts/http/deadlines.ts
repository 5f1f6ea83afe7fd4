import type { EngineFault } from '../endpoint.ts';

/** How long each part of a request may take. */
export interface Deadlines {
  /** Until the connection stands. */
  connectMs: number;
  /** From then on until something that was asked for is there; a header of a file is not. */
  firstByteMs: number;
  /** Between two pieces of it. */
  gapMs: number;
  /** From the beginning until the end. */
  totalMs: number;
}

/** Which part a request is in, and since when that counts, in milliseconds of any clock. */
export interface Progress {
  begunAt: number;
  part: 'connecting' | 'waiting' | 'receiving';
  since: number;
}

export interface Deadline {
  fault: Extract<EngineFault, `${string}-timeout`>;
  dueAt: number;
  message: string;
}

/** The deadline that is reached first if nothing happens. */
export function nextDeadline({ begunAt, part, since }: Progress, deadlines: Deadlines): Deadline {
  const { connectMs, firstByteMs, gapMs, totalMs } = deadlines;
  const ofPart: Record<Progress['part'], Deadline> = {
    connecting: {
      fault: 'connect-timeout',
      dueAt: since + connectMs,
      message: `no connection within ${connectMs} ms`,
    },
    waiting: {
      fault: 'first-byte-timeout',
      dueAt: since + firstByteMs,
      message: `no first byte within ${firstByteMs} ms`,
    },
    receiving: { fault: 'gap-timeout', dueAt: since + gapMs, message: `nothing more came for ${gapMs} ms` },
  };
  const first = ofPart[part];
  if (first.dueAt <= begunAt + totalMs) return first;
  return {
    fault: 'total-timeout',
    dueAt: begunAt + totalMs,
    message: `not done within ${totalMs} ms`,
  };
}
