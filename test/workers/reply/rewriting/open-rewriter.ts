import { EventEmitter, once } from 'node:events';
import { pino } from 'pino';
import type { Test } from 'tap';
import type { ModelServer } from '../../../../ops/sim/model/server.ts';
import type { ReplyConfig } from '../../../../protocol/config.ts';
import { configSchema } from '../../../../protocol/config.ts';
import { openRoomVoices } from '../../../../workers/reply/room-voices.ts';
import type { RoomVoices } from '../../../../workers/reply/room-voices.ts';
import type { RewriterFigures } from '../../../../workers/reply/rewriting/rewriter.ts';
import { Rewriter } from '../../../../workers/reply/rewriting/rewriter.ts';
import type { WordingStore } from '../../../../workers/reply/rewriting/wording-store.ts';
import type { KeptWordings } from '../../../../workers/reply/rewriting/wording-table.ts';
import { quick } from '../model/open-chain.ts';

export const lines = [
  '新进来的朋友可以点一下关注，以后开播就能收到提醒。',
  '正在讲解的是{product.title}，价格{product.price}，喜欢的可以看看。',
];

/** A configuration of replies with a model at `url`. */
export function configOf(url: string, { rewrites = {}, model = {}, idle = lines } = {}): ReplyConfig {
  return configSchema.parse({
    rooms: [{ id: 'demo', source: { type: 'douyin', webRid: 'demo' } }],
    reply: {
      idle: [{ id: 'main', lines: idle }],
      model: { ...quick, endpoints: [{ id: 'm', url: `${url}/v1`, model: 'simulated' }], ...model },
      director: { rewrites: { perLine: 1, perHour: 36_000, quietMs: 0, ...rewrites } },
    },
  }).reply;
}

/** Those that are not over included. */
export function requestsTo(server: ModelServer | undefined): number {
  const { requests } = (server?.state() ?? { requests: 0 }) as { requests: number };
  return requests;
}

/** Keeps it as a bucket does, as text. */
export class KeptInMemory implements Pick<WordingStore, 'read' | 'write'> {
  json = '';
  failing = 0;

  async read(): Promise<KeptWordings | undefined> {
    if (this.failing-- > 0) throw new Error('no answer within 2000 ms');
    return await Promise.resolve(this.json === '' ? undefined : (JSON.parse(this.json) as KeptWordings));
  }

  async write(kept: KeptWordings): Promise<void> {
    this.json = JSON.stringify(kept);
    return await Promise.resolve();
  }
}

export interface OpenedRewriter {
  rewriter: Rewriter;
  voices: RoomVoices;
  /** Waits until its figures are such. */
  until: (is: (figures: RewriterFigures) => boolean) => Promise<RewriterFigures>;
}

export async function openRewriter(
  t: Test,
  config: ReplyConfig,
  store: Pick<WordingStore, 'read' | 'write'> = new KeptInMemory(),
): Promise<OpenedRewriter> {
  const log = pino({ level: 'silent' });
  const voices = await openRoomVoices({ config, log });
  t.teardown(async () => await voices[Symbol.asyncDispose]());
  const changes = new EventEmitter();
  const rewriter = new Rewriter({
    config,
    words: voices.words,
    writer: voices.spareWriter,
    store,
    log,
    onFigures: () => changes.emit('change'),
  });
  return {
    rewriter,
    voices,
    async until(is) {
      while (!is(rewriter.figures)) await once(changes, 'change');
      return rewriter.figures;
    },
  };
}

/** Runs it until its figures are such, and stops it. */
export async function runUntil(
  { rewriter, until }: OpenedRewriter,
  is: (figures: RewriterFigures) => boolean,
): Promise<RewriterFigures> {
  const stop = new AbortController();
  const running = rewriter.run(stop.signal);
  const figures = await until(is);
  stop.abort();
  await running;
  return figures;
}
