import { setTimeout as wait } from 'node:timers/promises';
import { speechFaults, type SoundOutcome } from '../../../protocol/simulated-faults.ts';
import type { SeededRandom } from '../douyin-room/scenario/seeded-random.ts';
import type { Exchange } from './exchange.ts';
import type { Gate } from './gate.ts';
import { toBytes } from './samples.ts';
import type { FaultTimes, InferenceSettings } from './settings.ts';
import { spoil, type Sound } from './spoil.ts';
import { sendStrangely } from './strange-bodies.ts';
import { wavHeader } from './wav-header.ts';

/** Speech that was asked for in a way that can be answered. */
export type SpeechJob = {
  readonly text: string;
  /** The sound comes in pieces while it is made; else whole, with its length. */
  readonly streamed: boolean;
  /** Nobody else is served until it is made, and it is made to the end when the client is gone. */
  readonly blocking: boolean;
  readonly container: 'wav' | 'raw';
  /** Sizes in the header of a stream. */
  readonly streamHeader: 0 | 'unknown' | 'true';
  /** '' for none. */
  readonly contentType: string;
  /** The sound; `stale` with the voice from before the last change of weights. */
  readonly render: (how: { readonly stale: boolean }) => Sound;
  /** Another sentence in its voice and rate. */
  readonly other: (sampleRateHz: number) => Int16Array;
  /** Right, unless the server itself does something wrong that no fault asked for. */
  readonly outcome: SoundOutcome;
  /** What others that are under way make of it. */
  readonly mix?: SoundMix;
};

/** Changes pieces of a sound before they are sent. */
export type SoundMix = {
  readonly begin: (sound: Sound) => void;
  readonly alter: (piece: Int16Array, at: number) => Int16Array;
  readonly isSpoiled: () => boolean;
};

/** What a job finds where it is worked on. */
export type Workplace = {
  readonly gate: Gate;
  readonly times: FaultTimes;
  readonly inference: InferenceSettings;
  /** Time beyond the usual, from decay. */
  readonly extraMs: number;
  /** Drawn for this request. */
  readonly random: SeededRandom;
};

/** A sound that is ready to go out, in the shape that was asked for. */
export type ReadySound = {
  readonly sound: Sound;
  readonly head: Buffer;
  readonly contentType: string;
  readonly streamed: boolean;
};

/** Makes the sound and sends it, with what the fault of the exchange does to the one or the other. */
export async function perform(exchange: Exchange, job: SpeechJob, place: Workplace): Promise<void> {
  const { fault } = exchange;
  if (job.blocking) {
    const came = performance.now();
    using _hold = await place.gate.enter();
    exchange.waitedMs += performance.now() - came;
    const ready = prepare(exchange, job, place);
    // Not with the exchange's own signal: a client that leaves does not end this work.
    await restUntil(workMs(job, place), performance.now(), exchange.closing);
    exchange.gone.throwIfAborted();
    if (fault === 'slow-first-byte') await exchange.pause(place.times.slowFirstByteMs);
    return await sendAny(exchange, ready, place, job);
  }
  const began = performance.now();
  const ready = prepare(exchange, job, place);
  job.mix?.begin(ready.sound);
  const total = workMs(job, place);
  const first = job.streamed ? total * place.inference.firstShare : total;
  await restUntil(first, began, exchange.gone);
  if (fault === 'slow-first-byte') await exchange.pause(place.times.slowFirstByteMs);
  await sendAny(exchange, ready, place, job, total - first);
}

async function sendAny(
  exchange: Exchange,
  ready: ReadySound,
  place: Workplace,
  job: SpeechJob,
  restMs = 0,
): Promise<void> {
  if (await sendStrangely(exchange, ready, place)) return;
  const { sound, head, streamed, contentType } = ready;
  const length = streamed ? {} : { 'content-length': head.length + sound.samples.length * 2 };
  exchange.begin({ ...(contentType === '' ? {} : { 'content-type': contentType }), ...length });
  await exchange.write(head, { isSound: false });
  let from = 0;
  for (const [index, end] of sound.pieceEnds.entries()) {
    if (index > 0) {
      await exchange.pause(restMs / (sound.pieceEnds.length - 1));
      await place.gate.pass();
    }
    const piece = sound.samples.subarray(from, end);
    await exchange.write(toBytes(job.mix?.alter(piece, from) ?? piece));
    from = end;
  }
  if (job.mix?.isSpoiled()) exchange.outcome = 'wrong';
  await exchange.end();
}

function prepare(exchange: Exchange, job: SpeechJob, { random }: Workplace): ReadySound {
  const { fault } = exchange;
  const clean = job.render({ stale: fault === 'weights-race' });
  const sound = spoil(clean, fault, { random, other: () => job.other(clean.sampleRateHz) });
  const { outcome } = speechFaults[fault];
  exchange.outcome = worse(job.outcome, clean.samples.length === 0 ? 'none' : outcome);
  exchange.sampleRateHz = sound.sampleRateHz;
  const { sampleRateHz } = sound;
  const isKnown = !job.streamed || job.streamHeader === 'true';
  const dataBytes = isKnown ? sound.samples.length * 2 : job.streamHeader;
  const sizes = fault === 'header-size-zero' ? 0 : dataBytes;
  const head = job.container === 'wav' ? wavHeader({ sampleRateHz, dataBytes: sizes }) : Buffer.alloc(0);
  return { sound, head, contentType: job.contentType, streamed: job.streamed };
}

const badness: readonly SoundOutcome[] = ['right', 'repairable', 'wrong', 'none'];

function worse(one: SoundOutcome, other: SoundOutcome): SoundOutcome {
  return badness.indexOf(one) > badness.indexOf(other) ? one : other;
}

function workMs(job: SpeechJob, { inference, extraMs, random }: Workplace): number {
  const { fixedMs, msPerChar, jitter } = inference;
  return (fixedMs + msPerChar * job.text.length) * (1 + jitter * (2 * random.next() - 1)) + extraMs;
}

/** Making the sound has taken some of the time already. */
async function restUntil(ms: number, since: number, signal: AbortSignal): Promise<void> {
  const left = ms - (performance.now() - since);
  if (left > 0) await wait(left, undefined, { signal });
}
