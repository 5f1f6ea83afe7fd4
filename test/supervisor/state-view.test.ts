import t from 'tap';
import { configSchema, demoConfig } from '../../protocol/config.ts';
import { newTrend } from '../../supervisor/memory-trend.ts';
import { noSamples } from '../../supervisor/resource-verdict.ts';
import { StateView } from '../../supervisor/state-view.ts';
import { alive, childOf, stateOf, worker } from './some-children.ts';

const startedAt = new Date(1_700_000_000_000);

function open() {
  const tts = worker('tts', { life: alive('running', 42) });
  const spare = childOf('tts', { id: 'tts.2', life: alive('initialised', 43) });
  const nats = { url: 'nats://127.0.0.1:1', monitorUrl: '', pid: 9, restarts: 1 };
  const usage = { generation: 1, startedAt: 0, maxAgeMs: 0, history: noSamples, trend: newTrend(0) };
  const view = new StateView({
    startedAt,
    configFile: '/a/onair.yaml',
    roster: stateOf([tts, spare]),
    bus: { state: nats },
    crew: { startTimeOf: (id) => `start of ${id}` },
    healing: { open: [] },
    resources: { of: (id) => (id === 'tts' ? { ...usage, rssMb: 80, cpuPct: 3 } : undefined) },
    conversation: { countersOf: (id) => (id === 'tts' ? { queue: 1 } : {}) },
    config: () => configSchema.parse(demoConfig),
  });
  return { view, tts, nats };
}

void t.test('StateView gathers what everybody knows', (t) => {
  const { view, nats } = open();
  const state = view.read();
  t.match(state, { pid: process.pid, state: 'starting', configFile: '/a/onair.yaml', nats, reload: null });
  t.match(state, { startedAt: startedAt.toISOString(), runId: startedAt.getTime().toString(36) });
  t.match(state, { rooms: ['demo'], maxRooms: 200 });
  t.match(state.children, [
    { id: 'tts', pid: 42, startTime: 'start of tts', spare: false, rssMb: 80, counters: { queue: 1 } },
    { id: 'tts.2', pid: 43, startTime: 'start of tts.2', spare: true, rssMb: 0 },
  ]);
  t.ok(state.rssMb > 10);
  view.phase = 'on-air';
  t.equal(view.read().state, 'on-air');
  t.end();
});

void t.test('StateView knows since when a child is in its state, until it is gone', (t) => {
  const { view, tts } = open();
  const since = () => view.read().children[0]?.since;
  t.equal(since(), startedAt.getTime());
  view.note({ kind: 'changed', before: tts, child: tts, on: 'started' }, 1_700_000_000_123.4);
  t.equal(since(), 1_700_000_000_123);
  view.note({ kind: 'gone', id: 'tts' }, 0);
  t.equal(since(), startedAt.getTime());
  t.end();
});

void t.test('StateView still says why a reload was rolled back when that is over', (t) => {
  const { view } = open();
  const at = 1_700_000_000_000;
  view.note({ kind: 'reload', phase: 'preparing', edition: 2, reason: '' }, at);
  t.match(view.read().reload, { phase: 'preparing', edition: 2, reason: '' });
  view.note({ kind: 'reload', phase: 'rolling-back', edition: 1, reason: 'tts ended with code 78' }, at);
  view.note({ kind: 'reload', phase: 'rolled-back', edition: 1, reason: '' }, at);
  t.match(view.read().reload, { phase: 'rolled-back', reason: 'tts ended with code 78' });
  view.note({ kind: 'reload', phase: 'preparing', edition: 3, reason: '' }, at);
  view.note({ kind: 'reload', phase: 'done', edition: 3, reason: '' }, at);
  t.match(view.read().reload, { phase: 'done', reason: '' });
  view.noteReload('refused', 3, 'not YAML');
  t.match(view.read().reload, { phase: 'refused', edition: 3, reason: 'not YAML' });
  t.end();
});

void t.test('StateView adds up how often the supervisor itself was late', (t) => {
  const { view } = open();
  t.same(view.read().late, { times: 0, ms: 0 });
  view.noteLate(700.4);
  view.noteLate(1_000);
  t.same(view.read().late, { times: 2, ms: 1_700 });
  t.end();
});
