import { Writable } from 'node:stream';
import type { JsMsg } from '@nats-io/jetstream';
import { pino } from 'pino';
import type { Test } from 'tap';
import type { ReplyConfig } from '../../protocol/config.ts';
import { configSchema } from '../../protocol/config.ts';
import { utteranceId } from '../../protocol/ids.ts';
import type { Outcome, Segment } from '../../protocol/speech.ts';
import type { Bus } from '../../workers/bus.ts';
import { RoomHost } from '../../workers/reply/room-host.ts';
import type { RoomVoices } from '../../workers/reply/room-voices.ts';
import { openRoomVoices } from '../../workers/reply/room-voices.ts';
import { shop } from '../workers/reply/shop/shop.ts';
import { liveEvent } from './events.ts';
import type { Route } from './viewer-messages.ts';

/** What became of one message. */
export interface Reply {
  route: Route;
  /** Of the log. */
  from: string;
  reason: string;
  text: string;
  segments: Segment[];
  tookMs: number;
}

/** The replies of a shop's room, as they are but for the bus. */
export class ReplyRoom {
  readonly #config: ReplyConfig;
  readonly #voices: RoomVoices;

  private constructor(config: ReplyConfig, voices: RoomVoices) {
    this.#config = config;
    this.#voices = voices;
  }

  /** `model`: as in a configuration. */
  static async open(t: Test, model: object, more: object = {}): Promise<ReplyRoom> {
    const rooms = [{ id: 'demo', source: { type: 'douyin', webRid: 'demo' } }];
    const reply = { rules, shop, model, mergeWindowMs: 0, disclosure: { text: '' }, ...more };
    const config = configSchema.parse({ rooms, reply }).reply;
    const voices = await openRoomVoices({ config, log: pino({ level: 'silent' }) });
    t.teardown(async () => await voices[Symbol.asyncDispose]());
    return new ReplyRoom(config, voices);
  }

  /** To each message in turn, of one viewer; a room of its own for each call. */
  async hear(...texts: string[]): Promise<Reply[]> {
    const segments: Segment[] = [];
    const outcomes: Outcome[] = [];
    const sources = new Map<string, string>();
    const publish = async (_: string, type: string, body: unknown) => {
      if (type === 'segment') segments.push(body as Segment);
      if (type === 'outcome') outcomes.push(body as Outcome);
      return await Promise.resolve({ seq: 1, duplicate: false });
    };
    const lines = new Writable({
      write(chunk: Buffer, _, done) {
        const { utterance, from } = JSON.parse(chunk.toString()) as { utterance?: string; from?: string };
        if (utterance !== undefined && from !== undefined) sources.set(utterance, from);
        done();
      },
    });
    const host = new RoomHost({
      room: 'demo',
      config: this.#config,
      words: this.#voices.words,
      answerers: this.#voices.answerers,
      voice: 'cmn',
      bus: { publish } as unknown as Pick<Bus, 'publish' | 'read'>,
      log: pino({ level: 'info' }, lines),
      signal: new AbortController().signal,
      draining: new AbortController().signal,
      lifeId: 'x',
      holdTreated: () => ({ [Symbol.dispose]: () => undefined }),
      onWork: () => undefined,
      isWanted: () => true,
      promise: () => undefined,
      count: () => undefined,
      openMemory: () => ({
        read: async () => await Promise.resolve({}),
        changed: () => undefined,
        kept: async () => await Promise.resolve(),
      }),
    });
    const replies: Reply[] = [];
    const viewerId = String(1_000_000 + viewers++);
    for (const text of texts) {
      const now = Date.now();
      const body = { kind: 'chat' as const, text, luckyBag: false };
      const event = liveEvent({ body, at: now, viewerId, nickname: '小明' });
      const settled = Promise.withResolvers<void>();
      const message = { seq: 1, ack: settled.resolve, nak: () => undefined, working: () => undefined };
      const begun = performance.now();
      host.take(event, message as unknown as JsMsg);
      await host.turn();
      await settled.promise;
      const tookMs = performance.now() - begun;
      const own = segments.filter(({ causes }) => causes.some(({ eventId }) => eventId === event.id));
      const outcome = outcomes.find(({ eventId }) => eventId === event.id);
      const from = sources.get(utteranceId(event.id)) ?? '';
      const said = own.map((segment) => segment.text).join('');
      const route = own.length > 0 ? (from.split(' ')[0] as Route) : routeOf(outcome);
      replies.push({ route, from, reason: outcome?.reason ?? '', text: said, segments: own, tookMs });
    }
    return replies;
  }
}

let viewers = 0;

const routeOf = (outcome: Outcome | undefined): Route => {
  if (!outcome) throw new Error('Neither an answer nor an outcome');
  return outcome.what === 'blocked' ? 'blocked' : 'silent';
};

const rules = [
  { id: 'hello', pattern: '^(你好|主播好|.{0,2}上好)', say: ['{nickname}你好呀，欢迎来到直播间。'] },
  { id: 'order', pattern: '怎么(下单|买|拍)|哪里买', say: ['{nickname}，点小黄车选好款式就能拍。'] },
  { id: 'hours', keywords: ['几点下播', '几点开播'], say: ['每天早上十点开播，晚上十点下播。'] },
];
