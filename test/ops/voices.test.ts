import { writeFileSync } from 'node:fs';
import t from 'tap';
import type { ChildState } from '../../protocol/ipc.ts';
import { voiceReportFile } from '../../protocol/voice-report.ts';
import type { VoiceReport } from '../../protocol/voice-report.ts';
import { describeVoices, readVoices } from '../../ops/voices.ts';

const child = (given: Partial<ChildState>): ChildState =>
  ({ id: 'tts', role: 'tts', state: 'running', spare: false, counters: {}, ...given }) as ChildState;

void t.test('describeVoices() tells of each engine of whoever speaks, and of nobody else', (t) => {
  const counters = {
    'tts.gsv.requests': 12,
    'tts.gsv.successes': 10,
    'tts.gsv.rejected': 1,
    'tts.gsv.failed': 2,
    'tts.gsv.endpoints': 2,
    'tts.gsv.available': 1,
    'tts.gsv.firstByteP95Ms': 180,
    'tts.embedded.requests': 2,
    'tts.embedded.successes': 2,
    'tts.embedded.endpoints': 1,
    'tts.embedded.available': 1,
    'tts.cache.diskHits': 7,
    'tts.cacheHits': 3,
    spoken: 12,
  };
  t.same(
    describeVoices([
      child({ counters }),
      child({ id: 'tts.2', spare: true, counters }),
      child({ id: 'reply', role: 'reply', counters }),
    ]),
    [
      'voice of tts: gsv: 1 of 2 ready, 10 of 12 spoken, 1 not fit to be heard, 2 failed, first sound within 180 ms (p95)',
      'voice of tts: embedded: 1 of 1 ready, 2 of 2 spoken',
    ],
  );
  t.end();
});

const report: VoiceReport = {
  at: 1,
  child: 'tts',
  pid: 42,
  earlier: 1,
  cache: {
    memoryHits: 3,
    diskHits: 7,
    misses: 12,
    joined: 2,
    variants: 0,
    memoryBytes: 1,
    diskBytes: 2,
    damaged: 0,
    diskErrors: 0,
  },
  endpoints: [
    {
      engine: 'gsv',
      endpoint: 'gsv http://127.0.0.1:9880',
      state: 'open',
      inFlight: 0,
      queued: 0,
      requests: 12,
      successes: 10,
      rejects: { 'too-short': 1, loop: 2 },
      rejected: 3,
      faults: { quiet: 2, unreachable: 4 },
      failed: 6,
      hedges: 0,
      lost: 1,
      probes: 2,
      restarts: 0,
      requestsSinceRestart: 12,
      firstByte: { p50Ms: 120, p95Ms: 180 },
      total: { p50Ms: 400, p95Ms: 900 },
      realTimeFactor: 0.21,
    },
  ],
};

void t.test('describeVoices() tells of each endpoint and of the cache what whoever speaks wrote', (t) => {
  const counters = { 'tts.gsv.requests': 12, 'tts.gsv.successes': 10, 'tts.gsv.endpoints': 1 };
  t.same(describeVoices([child({ pid: 42, counters })], report), [
    'voice of tts: gsv: 0 of 1 ready, 10 of 12 spoken',
    '  gsv http://127.0.0.1:9880: left alone; first sound after 120 ms (p95 180); whole after 400 ms (p95 900); ' +
      '0.21 of its length; 1 races lost; not fit to be heard: loop 2, too-short 1; failed: unreachable 4, quiet 2',
    'cache of tts: 3 from memory, 7 from disk, 2 joined, 12 not there, 1 taken of another voice',
  ]);
  t.equal(describeVoices([child({ pid: 43, counters })], report).length, 1, 'not of another process');
  t.end();
});

void t.test('readVoices() reads what whoever speaks wrote, and nothing else', (t) => {
  const home = t.testdir({ run: {} });
  t.equal(readVoices(home, [child({ pid: 42 })]), undefined);
  writeFileSync(voiceReportFile(home), JSON.stringify(report));
  t.same(readVoices(home, [child({ pid: 42 })]), report);
  t.equal(readVoices(home, [child({ pid: 43 })]), undefined, 'it has ended');
  writeFileSync(voiceReportFile(home), '{"endpoints":');
  t.equal(readVoices(home, [child({ pid: 42 })]), undefined);
  t.end();
});
