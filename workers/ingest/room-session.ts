import type { LiveEvent } from '../../protocol/event.ts';
import { delay } from '../delay.ts';
import type { Logger } from '../logger.ts';
import type { EventSink } from './frame-publisher.ts';
import { FramePublisher } from './frame-publisher.ts';
import type { AttemptEnd, ReconnectTimes } from './reconnect.ts';
import { nextAttempt, noTrouble, reconnectTimes } from './reconnect.ts';
import type { RoomEvents } from './room-events.ts';
import type { RoomNotices } from './room-notices.ts';
import type { SilenceTimes } from './silence.ts';
import { SilenceError, silenceTimes, withinSilence } from './silence.ts';
import type { Feed, FeedEnd, Opening, Source, SourceFrame } from './source.ts';
import type { Tally } from './tally.ts';
import { TimeSlice } from './time-slice.ts';

export interface RoomSessionOptions {
  room: string;
  source: Source;
  events: RoomEvents;
  /** Resolves once `events` remembers what an earlier life has published; no event is passed on before. */
  remembered: Promise<void>;
  sink: EventSink;
  tally: Tally;
  notices: RoomNotices;
  log: Logger;
  /** Means: read nothing more, pass on what was read, return. */
  draining: AbortSignal;
  /** Means: return now. */
  signal: AbortSignal;
  /** Hears of each connection, before its first frame is read. */
  onConnected?: () => void;
  random?: () => number;
  times?: ReconnectTimes;
  silence?: SilenceTimes;
}

/**
 * Keeps one room connected for as long as it is wanted: open, read until the feed ends, wait, again. Whatever goes wrong in here
 * stays in here. Returns when drained.
 */
export async function runRoomSession(options: RoomSessionOptions): Promise<void> {
  const { room, draining, signal, log, random = Math.random, times = reconnectTimes, tally } = options;
  const leaving = AbortSignal.any([draining, signal]);
  const publisher = new FramePublisher({ sink: options.sink, signal });
  let trouble = noTrouble;
  while (!leaving.aborted) {
    const end = await attempt(options, publisher, leaving);
    if (leaving.aborted) break;
    const next = nextAttempt(trouble, end, random(), times);
    trouble = next.trouble;
    if (end.kind === 'lost') tally.count('reconnects');
    tellOfTrouble(options, end, trouble.blocks);
    log.info({ room, end: end.kind, waitMs: next.waitMs, failures: trouble.failures }, 'room waits');
    await delay(next.waitMs, leaving);
  }
  await publisher.settled();
}

/** One feed from opening to end. */
async function attempt(
  options: RoomSessionOptions,
  publisher: FramePublisher,
  leaving: AbortSignal,
): Promise<AttemptEnd> {
  const { room, source, tally, notices, log, signal } = options;
  try {
    tally.count('attempts');
    const opening = await source.open(leaving);
    if (opening.kind !== 'open') return notOpen(options, opening);
    await using feed = opening.feed;
    options.onConnected?.();
    tally.count('connected');
    log.info({ room, title: feed.title, anchor: feed.anchor }, 'room connected');
    notices.say('connected', 'info', describeConnected(feed));
    try {
      return await readFeed(options, feed, publisher, leaving);
    } finally {
      tally.count('connected', -1);
      // The feed stays open until what was read is acknowledged; when the connection is gone there is no use in waiting.
      if (leaving.aborted && !signal.aborted) await publisher.settled();
    }
  } catch (error) {
    if (leaving.aborted) return { kind: 'failed' };
    log.warn({ err: error, room }, 'room not connected');
    notices.say(
      'failed',
      'warn',
      `cannot connect: ${error instanceof Error ? error.message : String(error)}`,
    );
    return { kind: 'failed' };
  }
}

function notOpen({ room, log }: RoomSessionOptions, opening: Exclude<Opening, { kind: 'open' }>): AttemptEnd {
  log.info({ room, state: opening.kind, reason: opening.reason }, 'room not open');
  return { kind: opening.kind };
}

async function readFeed(
  options: RoomSessionOptions,
  feed: Feed,
  publisher: FramePublisher,
  leaving: AbortSignal,
): Promise<AttemptEnd> {
  const { room, draining, log, notices, remembered, silence = silenceTimes } = options;
  const frames = feed.frames(leaving);
  let alive = false;
  const warn = () => log.warn({ room, silentMs: silence.warnMs }, 'room is silent');
  try {
    for (;;) {
      const next = await withinSilence<IteratorResult<SourceFrame, FeedEnd>>(frames.next(), silence, warn);
      if (next.done) {
        log.info({ room, ...next.value }, 'feed ended');
        if (!draining.aborted) notices.say('lost', 'warn', `connection lost: ${next.value.reason}`);
        return { kind: 'lost', alive, waitMs: next.value.waitMs };
      }
      if (!alive) await remembered;
      alive = true;
      if (await pass(options, next.value, publisher)) {
        // What it said last has to be kept and acknowledged before the feed closes.
        await publisher.settled();
        notices.say('ended', 'info', 'the broadcast has ended, waiting for the next one');
        return { kind: 'ended' };
      }
    }
  } catch (error) {
    if (!(error instanceof SilenceError)) throw error;
    log.warn({ err: error, room }, 'feed given up');
    notices.say('lost', 'warn', `connected but silent, connecting again`);
    return { kind: 'lost', alive, waitMs: 0 };
  }
}

/** Passes the frame's new events on; true when the broadcast has ended. A repeated end, of an earlier broadcast, is a duplicate. */
async function pass(
  { events, tally, notices }: RoomSessionOptions,
  frame: SourceFrame,
  publisher: FramePublisher,
): Promise<boolean> {
  const before = { duplicates: events.duplicates, giftRepeats: events.giftRepeats };
  const admitted: LiveEvent[] = [];
  const slice = new TimeSlice();
  for (const observation of frame.observations) {
    if (slice.isOver) await slice.next();
    const event = events.admit(observation, frame.receivedAt);
    if (event) admitted.push(event);
  }
  tally.count('duplicates', events.duplicates - before.duplicates);
  tally.count('giftRepeats', events.giftRepeats - before.giftRepeats);
  await publisher.add(admitted, () => frame.acknowledge());
  let ended = false;
  for (const event of admitted) {
    if (event.kind !== 'control') continue;
    if (event.tips) notices.say('moderation', 'warn', `the platform says: ${event.tips}`);
    ended ||= event.action === 'end';
  }
  return ended;
}

function describeConnected({ title, anchor }: Feed): string {
  const name = [title && `“${title}”`, anchor && `of ${anchor}`].filter(Boolean).join(' ');
  return name ? `connected to ${name}` : 'connected';
}

function tellOfTrouble({ notices }: RoomSessionOptions, end: AttemptEnd, blocks: number): void {
  if (end.kind === 'offline') notices.say('offline', 'info', 'off the air, waiting for the broadcast');
  if (end.kind === 'not-found') notices.say('not-found', 'warn', 'there is no such room; check webRid');
  if (end.kind === 'blocked' && blocks > 1) {
    notices.say(
      'blocked',
      'warn',
      'the platform refuses us: check cookie, signer and address; trying once a minute',
    );
  }
}
