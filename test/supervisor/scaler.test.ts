import t from 'tap';
import type { ChildRecord } from '../../supervisor/child-record.ts';
import { newTrend } from '../../supervisor/memory-trend.ts';
import type { Usage } from '../../supervisor/resource-watch.ts';
import { noSamples } from '../../supervisor/resource-verdict.ts';
import type { ScalerOptions } from '../../supervisor/scaler.ts';
import { Scaler } from '../../supervisor/scaler.ts';
import { alive, childOf, specOf, stateOf, worker } from './some-children.ts';

const calm = { cpuPct: 0, memoryPct: 0 };
const lookEveryMs = 5_000;

interface Given {
  usage?: Partial<Usage>;
  softInMs?: number;
  counters?: Record<string, number>;
}

function open(children: ChildRecord[], { usage = {}, softInMs = Infinity, counters = {} }: Given = {}) {
  const state = stateOf(children);
  const scaled: string[] = [];
  const recycled: string[] = [];
  const used: Usage = {
    generation: 1,
    startedAt: 0,
    maxAgeMs: 0,
    history: noSamples,
    trend: newTrend(0),
    rssMb: 50,
    cpuPct: 0,
    ...usage,
  };
  const options: ScalerOptions = {
    state,
    resources: { of: () => used, softInMs: () => softInMs },
    counters: () => counters,
    onScale: (service, wanted) => {
      scaled.push(`${service} ${wanted}`);
      const record = state.services.get(service);
      if (record) record.wanted = wanted;
    },
    onRecycle: ({ id, reason }) => recycled.push(`${id} ${reason}`),
  };
  const scaler = new Scaler(options);
  let now = 0;
  const look = (times: number, host = calm) => {
    for (let time = 0; time < times; time++) scaler.look((now += lookEveryMs), host);
  };
  return { state, look, scaled, recycled };
}

const spare = childOf('tts', { id: 'tts.2', life: alive('initialised', 2) });

void t.test('look() asks for one more where much waits, and not more than the most', (t) => {
  const { look, scaled } = open([worker('tts')], { counters: { queue: 40, threads: 1 } });
  look(12);
  t.same(scaled, ['tts 2'], 'and then waits for it to come');
  t.end();
});

void t.test('look() changes nothing during a stop or a reload, or for a service of a fixed number', (t) => {
  const busy = { counters: { queue: 40, threads: 1 } };
  const stopping = open([worker('tts')], busy);
  stopping.state.stopping = true;
  const reloading = open([worker('tts')], busy);
  reloading.state.reload = {
    phase: 'probation',
    since: 0,
    from: { edition: 1, specs: [] },
    failures: 0,
    kills: 0,
  };
  const single = open([worker('reply')], busy);
  for (const { look, scaled } of [stopping, reloading, single]) {
    look(24);
    t.same(scaled, []);
  }
  t.end();
});

void t.test('look() recycles an old child that has a successor, one a minute, and no spare', (t) => {
  const spec = specOf('tts');
  const { look, recycled } = open([worker('tts', { spec }), spare], { usage: { maxAgeMs: 20_000 } });
  look(3);
  t.same(recycled, [], 'it is young');
  look(2);
  t.match(recycled, [/^tts has been running for/]);
  look(8);
  t.equal(recycled.length, 1, 'not again within a minute');
  look(8);
  t.equal(recycled.length, 2);
  t.end();
});

void t.test(
  'look() recycles before the memory is full, but never without a successor or while one goes',
  (t) => {
    const soon = { softInMs: 600_000 };
    const alone = open([worker('tts')], soon);
    const going = open([worker('tts', { retiring: 'its age' }), spare], soon);
    for (const { look, recycled } of [alone, going]) {
      look(20);
      t.same(recycled, []);
    }
    const served = open([worker('tts'), spare], soon);
    served.look(1);
    t.same(served.recycled, ['tts will reach its soft memory limit in 10 min']);
    t.end();
  },
);
