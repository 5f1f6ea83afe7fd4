import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { configSchema } from '../../../protocol/config.ts';
import type { LiveEvent } from '../../../protocol/event.ts';
import type { ChildReport } from '../../../protocol/ipc.ts';
import { inboxPrefix } from '../../../protocol/roles.ts';
import type { Segment } from '../../../protocol/speech.ts';
import { eventSubject } from '../../../protocol/subjects.ts';
import { operatorKeyFile } from '../../../supervisor/bus-link.ts';
import { openBus } from '../../../workers/open-bus.ts';
import { openQuietBus } from '../quiet-bus.ts';
import { WorkerProcess } from '../worker-process.ts';

const room = 'demo';
const ttlMs = 60_000;
const settleMs = 50;

/** When a question was put onto the bus, and when the first segment of its answer came from there (performance.now()). */
export interface Heard {
  askedAt: number;
  firstAt: number;
  text: string;
}

/** A real bus and a real process that replies; whoever measures plays the viewers and the playlist. */
export interface ReplyStage extends AsyncDisposable {
  /** Returns when the whole answer is there. */
  ask(text: string): Promise<Heard>;
}

/** `reply`: as in a configuration. */
export async function openReplyStage(reply: object): Promise<ReplyStage> {
  const stack = new AsyncDisposableStack();
  try {
    const home = mkdtempSync(join(tmpdir(), 'onair-reply-'));
    stack.defer(() => rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
    const config = configSchema.parse({
      rooms: [{ id: room, source: { type: 'douyin', webRid: room } }],
      reply: { disclosure: { text: '' }, idle: [{ id: 'quiet', lines: ['这里是直播间。'] }], ...reply },
    });
    const link = stack.use(await openQuietBus(config, home));
    const worker = stack.use(new WorkerProcess('reply'));
    // As a supervisor does that has no other.
    worker.process.on('message', (report: ChildReport) => {
      if (report.kind === 'doubt') worker.send({ kind: 'confirmed', epoch: report.epoch });
    });
    const common = { role: 'reply', subject: '', runId: 'bench', home, config } as const;
    const life = { previousAddress: '', poison: [], hurry: false, afterDeath: '' as const, isTrial: false };
    await worker.initialise({ id: 'reply', ...common, ...life, bus: link.accessFor('reply') });
    worker.start({ lease: 'reply', epoch: 1 });
    await worker.report('started');
    const ending = new AbortController();
    const { signal } = ending;
    const given = { log: pino({ level: 'silent' }), signal };
    const viewers = stack.use(await openBus({ ...given, access: link.accessFor('ingest'), name: 'ingest' }));
    const playlist = stack.use(await openBus({ ...given, access: link.accessFor('audio'), name: 'audio' }));
    const seed = readFileSync(operatorKeyFile(home), 'utf8').trim();
    const access = { ...link.accessFor('reply'), seed, inboxPrefix: inboxPrefix('operator') };
    const listener = stack.use(await openBus({ ...given, access, name: 'operator' }));
    const segments: { segment: Segment; at: number }[] = [];
    let next = Promise.withResolvers<void>();
    const listening = (async () => {
      const all = { filter: `live.${room}.speech.*`, from: { seq: 1 }, signal };
      for await (const { body } of listener.read('SPEECH', 'segment', all)) {
        segments.push({ segment: body, at: performance.now() });
        next.resolve();
        next = Promise.withResolvers();
      }
    })();
    listening.catch(() => undefined);
    stack.defer(() => ending.abort());
    const ended: string[] = [];
    const playedOut = () =>
      playlist.tell(`live.${room}.playhead`, 'playhead', {
        room,
        at: Date.now(),
        state: 'idle',
        queuedMs: 0,
        utteranceId: '',
        segmentIndex: 0,
        offsetMs: 0,
        resumeSeq: 1,
        ended: ended.slice(-20),
        partial: [],
        queued: [],
        output: 'null',
      });
    let asked = 0;
    return {
      async ask(text) {
        // Not before the worker knows itself that what it has put out is there.
        await sleep(settleMs);
        playedOut();
        await playlist.connection.flush();
        const event = chatOf(text, asked++);
        segments.length = 0;
        const askedAt = performance.now();
        await viewers.publish(eventSubject(room, 'chat'), 'event', event, { msgId: event.id, signal });
        const patience = AbortSignal.timeout(ttlMs);
        for (;;) {
          const own = segments.filter(({ segment }) =>
            segment.causes.some(({ eventId }) => eventId === event.id),
          );
          const [first] = own;
          if (first && own.at(-1)?.segment.last === true) {
            ended.push(first.segment.utteranceId);
            return { askedAt, firstAt: first.at, text: own.map(({ segment }) => segment.text).join('') };
          }
          const late = Promise.withResolvers<never>();
          patience.addEventListener('abort', () => late.reject(new Error(`No answer to "${text}"`)));
          await Promise.race([next.promise, late.promise]);
        }
      },
      [Symbol.asyncDispose]: async () => await stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** Of a viewer of its own. */
export function chatOf(text: string, number: number): LiveEvent {
  const now = Date.now();
  const viewer = { level: 1, fansLevel: 0, isAnchor: false, isAdmin: false, secUid: '' };
  return {
    id: `${room}:douyin:${now}-${number}`,
    room,
    platform: 'douyin',
    at: now,
    receivedAt: now,
    expiresAt: now + ttlMs,
    viewer: { ...viewer, id: String(1_000_000 + number), nickname: '小明' },
    kind: 'chat',
    text,
    luckyBag: false,
  };
}
