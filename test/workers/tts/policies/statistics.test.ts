import t from 'tap';
import { EndpointStatistics } from '../../../../workers/tts/policies/endpoint-statistics.ts';
import { Statistics } from '../../../../workers/tts/policies/statistics.ts';

function watch(engine: string, endpoint: string, state: 'closed' | 'open' = 'closed') {
  const statistics = new EndpointStatistics({ engine, endpoint });
  return { name: endpoint, engineId: engine, statistics, state: { state, inFlight: 0, queued: 0 } };
}

void t.test('snapshot() tells of each endpoint, as plain JSON', (t) => {
  const one = watch('gsv', 'gsv-1', 'open');
  one.statistics.sent(0);
  one.statistics.heard(120);
  one.statistics.spoke({ totalMs: 400, audioMs: 2_000 });
  const statistics = new Statistics([one]);
  statistics.cacheHits = 3;
  const report = statistics.snapshot();
  t.same(JSON.parse(JSON.stringify(report)), report);
  t.match(report, {
    cacheHits: 3,
    endpoints: [
      { endpoint: 'gsv-1', state: 'open', requests: 1, firstByte: { p95Ms: 120 }, realTimeFactor: 0.2 },
    ],
  });
  t.end();
});

void t.test('flatten() sums the endpoints of an engine, and tells the slowest first byte', (t) => {
  const endpoints = [watch('gsv', 'gsv-1'), watch('gsv', 'gsv-2', 'open'), watch('embedded', 'embedded')];
  for (const [index, { statistics }] of endpoints.entries()) {
    statistics.sent(0);
    statistics.heard((index + 1) * 100);
  }
  const flat = new Statistics(endpoints).flatten();
  t.match(flat, {
    'tts.cacheHits': 0,
    'tts.gsv.requests': 2,
    'tts.gsv.endpoints': 2,
    'tts.gsv.available': 1,
    'tts.gsv.firstByteP95Ms': 200,
    'tts.embedded.requests': 1,
  });
  t.equal(Object.keys(flat).length, 2 + 2 * 9);
  t.end();
});
