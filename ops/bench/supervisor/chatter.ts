import { delay } from '../../../workers/delay.ts';
import { readRoomAddress } from '../../chaos/room-address.ts';
import type { Stage } from './stage.ts';

const everyMs = 20;
const answerMs = 1_000;
const mostMs = 60_000;

/** Somebody who chats in the room without a pause, so that there is always something on its way. */
export class Chatter implements AsyncDisposable {
  readonly #over = new AbortController();
  readonly #talking: Promise<void>;

  constructor(stage: Stage) {
    const signal = AbortSignal.any([this.#over.signal, stage.signal, AbortSignal.timeout(mostMs)]);
    this.#talking = talk(stage, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#talking;
  }
}

async function talk({ show: { home }, room }: Stage, signal: AbortSignal): Promise<void> {
  for (let count = 1; !signal.aborted; count++) {
    await sayInRoom(home, room, { kind: 'chat', text: `第${count}句` }, signal).catch(() => undefined);
    await delay(everyMs, signal);
  }
}

/** Lets something happen in the simulated room; throws when the room does not take it. */
export async function sayInRoom(
  home: string,
  room: string,
  item: object,
  signal: AbortSignal,
): Promise<void> {
  const response = await fetch(`http://${readRoomAddress(home, room)}/sim/say`, {
    method: 'POST',
    body: JSON.stringify(item),
    headers: { 'content-type': 'application/json' },
    signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`The simulated room refuses to say something: ${answer}`);
}
