import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import t from 'tap';
import { makeFrames } from '../../../ops/bench/ingest/make-frames.ts';
import { exportRecording } from '../../../ops/replay/export.ts';
import { surveyRecording } from '../../../ops/replay/survey.ts';
import { openDouyinDecoder } from '../../../workers/ingest/douyin/decoder.ts';
import { FaultLog } from '../../../workers/ingest/fault-log.ts';
import { encodeHeader, encodePrefix } from '../../../workers/ingest/recording/format.ts';
import { readRecording } from '../../../workers/ingest/recording/read-recording.ts';
import type { Observation } from '../../../workers/ingest/source.ts';
import { Tally } from '../../../workers/ingest/tally.ts';

const options = { of: 'douyin', skipSilenceMs: 0 };

async function observationsOf(path: string): Promise<Observation[]> {
  const faults = new FaultLog({ warn: () => undefined });
  const decoder = openDouyinDecoder({ room: 'demo', tally: new Tally({}), faults });
  const found: Observation[] = [];
  for await (const item of readRecording(path))
    if (item.kind === 'message') found.push(...(await decoder.decode(item.message)));
  return found;
}

/** Everything that a reader of the file can see. */
async function plainOf(path: string): Promise<Buffer> {
  const parts = [readFileSync(path)];
  for await (const item of readRecording(path)) {
    if (item.kind !== 'message') continue;
    const { data } = item.message;
    const at = Buffer.from(data).indexOf(Buffer.from([0x1f, 0x8b, 0x08]));
    if (at >= 0) parts.push(gunzipSync(data.subarray(at)));
  }
  return Buffer.concat(parts);
}

void t.test(
  'exportRecording() leaves the same events of other viewers, and no trace of the first ones',
  async (t) => {
    const folder = t.testdir({});
    const [from, to] = [join(folder, 'a.onairrec'), join(folder, 'b.onairrec')];
    const frames = makeFrames({ frames: 150, messagesPerFrame: 6, isRich: true });
    const records = frames.flatMap(({ bytes: data }, index) => [
      encodePrefix({ receivedAt: 1_790_000_000_000 + index * 100, form: 'binary', data }),
      data,
    ]);
    writeFileSync(
      from,
      Buffer.concat([encodeHeader({ source: 'douyin', room: 'demo', startedAt: 1 }), ...records]),
    );
    const survey = await surveyRecording(from, options);
    t.match(survey, { source: 'douyin', messages: 150, durationMs: 14_900, damaged: 0 });
    t.same(await exportRecording(from, to, survey, { pseudonymise: true }), { written: 150, leftOut: 0 });
    const [before, after] = [await observationsOf(from), await observationsOf(to)];
    t.ok(before.length > 600, `${before.length} events`);
    t.same(
      after.map(({ messageId, at, body: { kind } }) => ({ messageId, at, kind })),
      before.map(({ messageId, at, body: { kind } }) => ({ messageId, at, kind })),
    );
    const gifts = (all: Observation[]) =>
      all.flatMap(({ body }) =>
        body.kind === 'gift' ? [`${body.giftId} ${body.total} ${body.diamonds}`] : [],
      );
    t.same(gifts(after), gifts(before));
    const streaks = (all: Observation[]) =>
      new Set(all.flatMap(({ body }) => (body.kind === 'gift' ? [body.streak] : []))).size;
    t.equal(streaks(after), streaks(before), 'a streak stays one');
    const plain = await plainOf(to);
    const original = await plainOf(from);
    const secrets = new Set(
      before.flatMap(({ viewer }) => (viewer ? [viewer.nickname, viewer.id, viewer.secUid] : [])),
    );
    for (const secret of [...secrets, 'aweme-avatar', 'webcast_'].filter((text) => text.length > 3)) {
      if (secret === '111111') continue;
      if (!original.includes(secret)) t.fail(`${secret} is not even in the original`);
      if (plain.includes(secret)) t.fail(`${secret} is still there`);
    }
    t.ok(secrets.size > 100, `${secrets.size} names and ids were looked for`);
  },
);

void t.test('surveyRecording() says what is wrong with a recording', async (t) => {
  const folder = t.testdir({ foreign: 'no recording at all', other: '' });
  await t.rejects(surveyRecording(join(folder, 'none'), options), {
    message: `Cannot read the recording ${join(folder, 'none')}`,
    cause: { code: 'ENOENT' },
  });
  await t.rejects(
    surveyRecording(folder, { ...options, of: 'tiktok' }),
    /There is no source "tiktok" that could be recorded; known are douyin, /,
  );
  await t.rejects(surveyRecording(join(folder, 'foreign'), options), /no recording that is known here/);
  const data = Buffer.from('x');
  const of = encodeHeader({ source: 'tiktok', room: '', startedAt: 1 });
  const record = [encodePrefix({ receivedAt: 1, form: 'binary', data }), data];
  writeFileSync(join(folder, 'other'), Buffer.concat([of, ...record]));
  await t.rejects(surveyRecording(join(folder, 'other'), options), /is a recording of "tiktok"; known are/);
  writeFileSync(join(folder, 'other'), Buffer.concat([of, Buffer.alloc(30, 0xff)]));
  await t.rejects(surveyRecording(join(folder, 'other'), options), /holds no message; .* cannot be/);
});
