import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { voiceReportFile, voiceReportSchema } from '../../../protocol/voice-report.ts';
import { EndpointStatistics } from '../../../workers/tts/policies/endpoint-statistics.ts';
import { Statistics } from '../../../workers/tts/policies/statistics.ts';
import { ReportFile } from '../../../workers/tts/report-file.ts';

const cache = {
  memoryHits: 1,
  diskHits: 2,
  misses: 3,
  joined: 0,
  variants: 0,
  memoryBytes: 10,
  diskBytes: 20,
  damaged: 0,
  diskErrors: 0,
};

function open(home: string, ended = new AbortController().signal) {
  const one = new EndpointStatistics({ engine: 'gsv', endpoint: 'gsv http://127.0.0.1:1' });
  const state = { state: 'open' as const, inFlight: 0, queued: 0 };
  const statistics = new Statistics([
    { name: 'gsv http://127.0.0.1:1', engineId: 'gsv', statistics: one, state },
  ]);
  const warnings: unknown[] = [];
  const file = new ReportFile({
    file: voiceReportFile(home),
    read: () => ({ child: 'tts', pid: 7, cache, ...statistics.snapshot() }),
    ended,
    log: { warn: (fields: unknown) => warnings.push(fields) },
    everyMs: 3_600_000,
    now: () => 5_000,
  });
  const read = () => voiceReportSchema.parse(JSON.parse(readFileSync(voiceReportFile(home), 'utf8')));
  return { one, file, read, warnings };
}

void t.test('ReportFile keeps all figures of an endpoint in a file, written when they change', async (t) => {
  const home = t.testdir({});
  const { one, file, read } = open(home);
  await file.write();
  t.match(read(), { at: 5_000, pid: 7, cache, endpoints: [{ requests: 0, state: 'open' }] });
  const before = statSync(voiceReportFile(home)).ino;
  await file.write();
  t.equal(statSync(voiceReportFile(home)).ino, before, 'not written for nothing');
  one.sent(0);
  one.heard(120);
  one.spoke({ totalMs: 400, audioMs: 2_000 });
  one.judged(false, ['too-short', 'swallowed']);
  one.fault('unreachable');
  one.lostRace();
  await file.write();
  t.match(read().endpoints[0], {
    requests: 1,
    successes: 1,
    rejects: { 'too-short': 1, swallowed: 1 },
    faults: { unreachable: 1 },
    lost: 1,
    firstByte: { p50Ms: 120, p95Ms: 120 },
    total: { p50Ms: 400, p95Ms: 400 },
    realTimeFactor: 0.2,
  });
  t.same(readdirSync(join(home, 'run')), ['voices-status.json'], 'nothing half-written is left');
  await file[Symbol.asyncDispose]();
});

void t.test('ReportFile leaves the file to its successor', async (t) => {
  const home = t.testdir({});
  const ended = new AbortController();
  const { one, file, read } = open(home, ended.signal);
  await file.write();
  ended.abort();
  one.sent(0);
  await file.write();
  t.equal(read().endpoints[0]?.requests, 0);
  await file[Symbol.asyncDispose]();
});

void t.test('ReportFile warns once when it cannot write, and goes on when it can', async (t) => {
  const home = t.testdir({ run: 'a file' });
  const { file, warnings } = open(home);
  await file.write();
  await file.write();
  await file.write();
  t.equal(warnings.length, 1);
  const other = t.testdir({});
  mkdirSync(join(other, 'run'));
  writeFileSync(voiceReportFile(other), 'an old one');
  const well = open(other);
  await well.file.write();
  t.equal(well.read().child, 'tts');
  for (const one of [file, well.file]) await one[Symbol.asyncDispose]();
});
