import { EventEmitter } from 'node:events';
import { pino } from 'pino';
import t from 'tap';
import type { Segment } from '../../../../protocol/speech.ts';
import type { Bus } from '../../../../workers/bus.ts';
import { RenderAhead } from '../../../../workers/audio/fillers/render-ahead.ts';
import type { Recorded } from '../../../../workers/audio/renditions.ts';
import { chunkOf } from '../fixtures.ts';

function open(texts: string[]) {
  const kept = new Map<string, Recorded>();
  const keys = texts.map((text, index) => ({ key: `k${index}`, text }));
  const library = {
    get missing() {
      return keys.filter(({ key }) => !kept.has(key));
    },
    get: (key: string) => (kept.has(key) ? ({} as never) : undefined),
    async add(text: string, recorded: Recorded) {
      const key = keys.find((each) => each.text === text)?.key ?? '';
      kept.set(key, recorded);
      return await Promise.resolve(key);
    },
  };
  const asked = new EventEmitter<{ segment: [Segment, string] }>();
  const segments: Segment[] = [];
  const publish = async (subject: string, _type: string, segment: unknown) => {
    segments.push(segment as Segment);
    asked.emit('segment', segment as Segment, subject);
    return await Promise.resolve({ seq: 1, duplicate: false });
  };
  const stop = new AbortController();
  const ahead = new RenderAhead({
    room: 'demo',
    voice: 'cmn',
    bus: { publish } as unknown as Pick<Bus, 'publish'>,
    library,
    log: pino({ level: 'silent' }),
    signal: stop.signal,
    times: { firstMs: 1, apartMs: 1, waitMs: 50, retryMs: 20, mostRetryMs: 40, lookMs: 1 },
  });
  return { ahead, kept, asked, segments, stop };
}

void t.test('RenderAhead asks for what is missing, one at a time, as sound that is only kept', async (t) => {
  const { ahead, kept, asked, segments, stop } = open(['甲。', '乙。']);
  const both = Promise.withResolvers<void>();
  asked.on('segment', (segment, subject) => {
    t.equal(subject, 'live.demo.speech.idle');
    t.match(segment, {
      keep: true,
      priority: 'idle',
      voice: 'cmn',
      causes: [],
      script: [segment.text],
      last: true,
    });
    t.equal(kept.size, segments.length - 1, 'one at a time');
    setImmediate(() => {
      t.equal(ahead.take(chunkOf(segment, { last: false })), 'taken');
      t.equal(ahead.take(chunkOf(segment, { last: false })), 'duplicate');
      t.equal(ahead.take(chunkOf(segment, { index: 1 })), 'complete');
      if (kept.size === 2) both.resolve();
    });
  });
  const running = ahead.run();
  await both.promise;
  stop.abort();
  await running;
  t.strictSame(
    segments.map(({ text, utteranceId }) => [text, utteranceId]),
    [
      ['甲。', 'keep:k0'],
      ['乙。', 'keep:k1'],
    ],
  );
  t.equal(kept.get('k0')?.pcm.length, 960);
  const [first] = segments;
  if (first) t.equal(ahead.take(chunkOf(first, { rendition: 'r2' })), 'duplicate');
});

void t.test('RenderAhead asks again for what has no sound or never came, as another segment', async (t) => {
  const { ahead, kept, asked, segments, stop } = open(['甲。', '乙。']);
  const both = Promise.withResolvers<void>();
  asked.on('segment', (segment) => {
    // The first fails, the second never comes; from the fifth on both work.
    if (segments.length >= 5)
      setImmediate(() => {
        ahead.take(chunkOf(segment));
        if (kept.size === 2) both.resolve();
      });
    else if (segment.text === '甲。')
      setImmediate(() =>
        ahead.take(chunkOf(segment, { pcm: new Uint8Array(), missingReason: 'engine gone' })),
      );
  });
  const running = ahead.run();
  await both.promise;
  stop.abort();
  await running;
  t.equal(new Set(segments.map(({ id }) => id)).size, segments.length);
});

void t.test('take() refuses what nobody asked for, and takes what an earlier process asked for', (t) => {
  const { ahead, kept } = open(['甲。']);
  const segmentOf = (key: string) => ({
    ...chunkOf({} as Segment).segment,
    id: `keep:${key}/0@x`,
    utteranceId: `keep:${key}`,
  });
  t.equal(ahead.take(chunkOf(segmentOf('other'))), 'stray');
  t.equal(ahead.take(chunkOf(segmentOf('k0'), { pcm: new Uint8Array(3) })), 'refused');
  t.equal(ahead.take(chunkOf(segmentOf('k0'))), 'complete');
  t.ok(kept.has('k0'));
  t.end();
});
