import t from 'tap';
import type { ChildRecord } from '../../supervisor/child-record.ts';
import { newChild } from '../../supervisor/child-record.ts';
import type { Hands } from '../../supervisor/reconcile.ts';
import { reconcile } from '../../supervisor/reconcile.ts';
import type { RosterState } from '../../supervisor/roster-state.ts';
import { Roster } from '../../supervisor/roster.ts';
import { specOf } from './child-specs.ts';

/** What the rules ask for in one step, with children that only look as if they were there. */
function askedFor(change: (state: RosterState) => void, specs = [specOf('tts')]): string[] {
  const { state } = new Roster(specs);
  change(state);
  const asked: string[] = [];
  const hands: Hands = {
    apply: (id, { kind }) => asked.push(`${kind} ${id}`),
    add: ({ id }) => asked.push(`add ${id}`),
    mark: (id) => asked.push(`mark ${id}`),
    promote: ({ id }, _, { lease }) => asked.push(`promote ${id} to ${lease}`),
  };
  const service = state.services.get('tts');
  if (service) reconcile(state, service, 1_000, hands);
  return asked;
}

const put = (state: RosterState, child: ChildRecord) => state.children.set(child.id, child);
const registered = { name: 'registered', since: 0, pid: 7 } as const;

void t.test('reconcile() adds and starts a child where there is none', (t) => {
  t.same(
    askedFor(() => undefined),
    ['add tts', 'start tts'],
  );
  t.end();
});

void t.test('reconcile() lets a child acquire what it needs only when that is there', (t) => {
  const child = { ...newChild(specOf('tts')), life: registered };
  t.same(
    askedFor((state) => put(state, child)),
    [],
    'no bus',
  );
  const withBus = (state: RosterState) => {
    put(state, child);
    state.busReady = true;
  };
  t.same(askedFor(withBus), ['may-initialise tts']);
  const needs = specOf('tts', { needsAddressOf: ['sim'] });
  t.same(
    askedFor(
      (state) => {
        withBus(state);
        put(state, { ...child, spec: needs });
      },
      [needs, specOf('sim')],
    ),
    [],
    'the address is not known',
  );
  t.end();
});

void t.test('reconcile() starts a child again when its time has come', (t) => {
  const waits = (until: number) => (state: RosterState) =>
    put(state, { ...newChild(specOf('tts')), life: { name: 'backoff', until } });
  t.same(askedFor(waits(1_001)), []);
  t.same(askedFor(waits(1_000)), ['start tts']);
  t.end();
});

void t.test('reconcile() lets go of what is too many before it starts it', (t) => {
  const surplus = (state: RosterState) => {
    put(state, { ...newChild(specOf('tts')), life: registered });
    put(state, { ...newChild(specOf('tts'), 'tts.2'), life: { name: 'backoff', until: 0 } });
  };
  t.same(askedFor(surplus), ['mark tts.2', 'drain tts.2']);
  t.end();
});
