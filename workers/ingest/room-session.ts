import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LiveEvent } from '../../protocol/event.ts';
import type { Logger } from '../logger.ts';
import type { ConnectionPolicy } from './connection-policy.ts';
import type { FaultLog } from './fault-log.ts';
import type { EventSink } from './frame-publisher.ts';
import { FramePublisher } from './frame-publisher.ts';
import { FrameWatch, SilenceError } from './frame-watch.ts';
import { openFeed } from './open-feed.ts';
import type { AttemptEnd } from './reconnect.ts';
import { classOf } from './reconnect.ts';
import type { RoomConditions } from './room-conditions.ts';
import type { RoomConnection } from './room-connection.ts';
import type { RoomEvents } from './room-events.ts';
import type { RoomNotices } from './room-notices.ts';
import type { RoomRecovery } from './room-recovery.ts';
import type { Feed, FeedEnd, Opening, Source, SourceFrame } from './source.ts';
import type { Tally } from './tally.ts';
import { TimeSlice } from './time-slice.ts';

export interface RoomSessionOptions {
  room: string;
  source: Source;
  policy: ConnectionPolicy;
  connection: RoomConnection;
  recovery: RoomRecovery;
  conditions: RoomConditions;
  events: RoomEvents;
  /** Resolves once `events` remembers what an earlier life has published; no event is passed on before. */
  remembered: Promise<void>;
  sink: EventSink;
  tally: Tally;
  faults: FaultLog;
  notices: RoomNotices;
  log: Logger;
  /** Means: read nothing more, pass on what was read, return. */
  draining: AbortSignal;
  /** Means: return now. */
  signal: AbortSignal;
  /** Hears of each connection, before its first frame is read. */
  onConnected?: () => void;
  /** Why nobody keeps it any more; without: because its worker stops. */
  whyOver?: () => string;
  /** Every few seconds while it is connected. */
  onCheck?: () => void;
}

/**
 * Keeps one room connected for as long as it is wanted: open, read until the feed ends, wait, again. Whatever goes wrong in here
 * stays in here. Returns when drained.
 */
export async function runRoomSession(options: RoomSessionOptions): Promise<void> {
  const { room, connection, recovery, draining, signal, log, tally } = options;
  const leaving = AbortSignal.any([draining, signal]);
  const publisher = new FramePublisher({ sink: options.sink, signal });
  while (!leaving.aborted) {
    await recovery.untilDue(leaving);
    if (leaving.aborted) break;
    connection.try();
    const end = await attempt(options, publisher, leaving);
    if (leaving.aborted) break;
    const waitMs = connection.ended(end);
    if (end.kind === 'lost') tally.count('reconnects');
    tellOfEnd(options, end);
    const { failures } = connection.trouble;
    log.info({ room, end: end.kind, waitMs, failures, class: 'class' in end ? end.class : '' }, 'room waits');
    await recovery.after(end);
  }
  connection.close(options.whyOver?.() ?? 'its worker stops');
  await publisher.settled();
}

/** One feed from opening to end. */
async function attempt(
  options: RoomSessionOptions,
  publisher: FramePublisher,
  leaving: AbortSignal,
): Promise<AttemptEnd> {
  const { room, source, faults, connection, recovery, tally, notices, log, signal } = options;
  try {
    tally.count('attempts');
    const renewing = recovery.beginAttempt();
    const opening = await openFeed({ room, source, faults, signal: leaving });
    if (opening.kind !== 'open') return notOpen(options, opening);
    await using feed = opening.feed;
    options.onConnected?.();
    // Its questions go out before anything is told.
    await nextTurn();
    tally.count('connected');
    const said = describeConnected(feed);
    connection.opened(said);
    recovery.connected();
    const tell = once(() => {
      log.info({ room, title: feed.title, anchor: feed.anchor }, 'room connected');
      notices.say('connected', 'info', said);
    });
    try {
      const reading = readFeed(options, feed, { publisher, leaving, renewing, tell });
      void nextTurn().then(tell);
      return await reading;
    } finally {
      tally.count('connected', -1);
      // The feed stays open until what was read is acknowledged; when the connection is gone there is no use in waiting.
      if ((leaving.aborted || renewing.aborted) && !signal.aborted) await publisher.settled();
    }
  } catch (error) {
    const failed = { kind: 'failed', class: classOf(error), reason: messageOf(error) } as const;
    if (leaving.aborted) return failed;
    log.warn({ err: error, room, class: failed.class }, 'room not connected');
    notices.say('failed', 'warn', `cannot connect: ${failed.reason}`);
    return failed;
  }
}

function notOpen({ room, log }: RoomSessionOptions, opening: Exclude<Opening, { kind: 'open' }>): AttemptEnd {
  log.info({ room, state: opening.kind, reason: opening.reason }, 'room not open');
  return opening;
}

interface Reading {
  publisher: FramePublisher;
  leaving: AbortSignal;
  /** Means: this connection is to be given up for a new one. */
  renewing: AbortSignal;
  /** Says once that there is a connection: before anything else is said of it, and after what is asked for and read at once. */
  tell: () => void;
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) act();
    isDone = true;
  };
}

async function readFeed(
  options: RoomSessionOptions,
  feed: Feed,
  { publisher, leaving, renewing, tell }: Reading,
): Promise<AttemptEnd> {
  const { room, draining, signal, log, notices, remembered, connection, conditions, tally, policy } = options;
  const frames = feed.frames(AbortSignal.any([leaving, renewing]));
  const heard = () => conditions.note({ code: 'silent', text: '', isOn: false });
  using watch = new FrameWatch({
    warnMs: policy.silenceWarnMs,
    lostMs: policy.silenceLostMs,
    onSilent() {
      log.warn({ room, silentMs: policy.silenceWarnMs }, 'room is silent');
      const text = `connected, but nothing was heard for ${Math.round(policy.silenceWarnMs / 1_000)} s`;
      conditions.note({ code: 'silent', text, isOn: true });
    },
    onHeard: heard,
    ...(options.onCheck ? { onCheck: options.onCheck } : {}),
    signal: AbortSignal.any([signal, renewing]),
  });
  const ask = () => frames.next();
  let alive = false;
  try {
    for (;;) {
      const next: IteratorResult<SourceFrame, FeedEnd> = await watch.next(ask);
      if (next.done) {
        const { reason, waitMs, trouble = 'closed' } = next.value;
        tell();
        log.info({ room, reason, waitMs, class: trouble }, 'feed ended');
        if (renewing.aborted) return renewed(alive);
        if (!draining.aborted) notices.say('lost', 'warn', `connection lost: ${reason}`);
        return { kind: 'lost', class: trouble, reason, alive, waitMs };
      }
      if (!alive) {
        await remembered;
        heard();
      }
      alive = true;
      tell();
      connection.heard(next.value.receivedAt, next.value.observations.length > 0);
      if (await pass(options, next.value, publisher)) {
        // What it said last has to be kept and acknowledged before the feed closes.
        await publisher.settled();
        notices.say('ended', 'info', 'the broadcast has ended, waiting for the next one');
        return { kind: 'ended', reason: 'the broadcast has ended' };
      }
    }
  } catch (error) {
    tell();
    if (renewing.aborted) return renewed(alive);
    if (!(error instanceof SilenceError)) throw error;
    log.warn({ err: error, room }, 'feed given up');
    tally.count('silences');
    notices.say('lost', 'warn', `connected but silent, connecting again`);
    return { kind: 'lost', class: 'closed', reason: error.message, alive, waitMs: 0, silent: true };
  }
}

const renewed = (alive: boolean): AttemptEnd => {
  return { kind: 'lost', class: 'closed', reason: 'new credentials', alive, waitMs: 0, renewed: true };
};

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

function tellOfEnd({ notices, connection, policy }: RoomSessionOptions, end: AttemptEnd): void {
  if (end.kind === 'offline') notices.say('offline', 'info', 'off the air, waiting for the broadcast');
  if (end.kind === 'not-found') notices.say('not-found', 'warn', 'there is no such room; check webRid');
  if (end.kind !== 'blocked' || connection.trouble.blocks < 2) return;
  const most = Math.round(policy.blockedMostMs / 60_000);
  notices.say(
    'blocked',
    'warn',
    `the platform refuses us: check cookie, signer and address; trying ever more rarely, at least every ${most} min`,
  );
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
