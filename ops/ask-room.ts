import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { errors } from '@nats-io/transport-node';
import { decodeAs } from '../protocol/codec.ts';
import type { SupervisorState } from '../protocol/ipc.ts';
import type { AudioAnswer } from '../protocol/speech.ts';
import { openConsoleBus } from './operator.ts';

export interface RoomRequest {
  /** What whoever is asked does with the room: `plays`, `hosts`. */
  what: string;
  room: string;
  subject: string;
  bytes: Uint8Array;
  deadlineMs: number;
}

const againMs = 100;
const leastMs = 1_000;

/** Asks whoever has a room, and again only where nobody can have heard it: a command is carried out once. Throws when there is no answer. */
export async function askRoom(
  home: string,
  state: SupervisorState,
  request: RoomRequest,
): Promise<AudioAnswer> {
  const deadline = Date.now() + request.deadlineMs;
  let nobody: Extract<Tried, { why: string }> | undefined;
  for (;;) {
    // A bus that is given next to no time for its answer is not one that does not answer.
    const leftMs = Math.max(leastMs, deadline - Date.now());
    const tried = await tryOnce(home, state, request, leftMs);
    if ('answer' in tried) return tried.answer;
    if (tried.isNobody) nobody = tried;
    const { why, cause } = tried.again ? (nobody ?? tried) : tried;
    if (!tried.again || Date.now() + againMs >= deadline) throw new Error(why, { cause });
    await sleep(againMs);
  }
}

type Tried = { answer: AudioAnswer } | { why: string; again: boolean; isNobody: boolean; cause: unknown };

async function tryOnce(
  home: string,
  state: SupervisorState,
  { what, room, subject, bytes, deadlineMs }: RoomRequest,
  timeoutMs: number,
): Promise<Tried> {
  let opened;
  try {
    opened = await openConsoleBus(home, state, timeoutMs);
  } catch (cause) {
    return {
      why: `The bus does not answer; "npm run status" shows more`,
      again: true,
      isNobody: false,
      cause,
    };
  }
  await using bus = opened;
  try {
    const request = bus.connection.request(subject, bytes, { timeout: timeoutMs });
    return { answer: decodeAs('answer', (await request).data) };
  } catch (cause) {
    const isNobody = cause instanceof errors.RequestError && cause.isNoResponders();
    const why = isNobody
      ? `Nobody ${what} room "${room}" now`
      : `Whoever ${what} room "${room}" did not answer within ${deadlineMs / 1_000} s; it may still have been done`;
    return { why, again: isNobody, isNobody, cause };
  }
}

/** Who types, for the log. */
export function personName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'somebody';
  }
}
