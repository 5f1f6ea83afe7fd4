import t from 'tap';
import { specOf } from './child-specs.ts';
import { Troupe } from './troupe.ts';

const reply = (change = {}) =>
  specOf('reply', { role: 'reply', sharded: true, replicas: { min: 1, max: 3 }, ...change });

/** Who has which lease, epochs apart. */
const leases = (troupe: Troupe) =>
  Object.fromEntries(
    troupe.roster.children.flatMap(({ id, duty }) => (duty ? [[id, duty.lease] as const] : [])),
  );
const epochs = (troupe: Troupe) =>
  troupe.roster.children.flatMap(({ duty }) => duty?.epoch ?? []).toSorted((a, b) => a - b);

void t.test('a service that shares rooms goes from one to two: both begin when the one has yielded', (t) => {
  const troupe = new Troupe([reply()]);
  t.same(leases(troupe), { reply: 'reply' });
  troupe.lame.add('reply.3');
  troupe.tell({ kind: 'scale', service: 'reply', wanted: 2 });
  troupe.pass(500);
  t.same(leases(troupe), { reply: 'reply' }, 'one spare is not enough');
  troupe.lame.clear();
  troupe.deaf.add('reply');
  troupe.tellChild('reply.3', { kind: 'initialised', address: '' });
  t.same(leases(troupe), { reply: 'reply' }, 'it still has all rooms');
  troupe.tellChild('reply', { kind: 'yielded' });
  t.same(leases(troupe), { 'reply.2': 'reply/0-2', 'reply.3': 'reply/1-2' });
  t.match(troupe.child('reply.3').duty?.share, { index: 1, of: 2 });
  t.same(epochs(troupe), [2, 3], 'higher than all before');
  troupe.deaf.clear();
  troupe.dies('reply', 'clean');
  troupe.pass(1_000);
  t.equal(troupe.roster.children.length, 3, 'the one that had all is the spare');
  t.end();
});

void t.test('a service that shares rooms goes back to one: both yield before it begins', (t) => {
  const troupe = new Troupe([reply()]);
  troupe.tell({ kind: 'scale', service: 'reply', wanted: 2 });
  troupe.pass(1_000);
  t.same(leases(troupe), { 'reply.2': 'reply/0-2', 'reply.3': 'reply/1-2' });
  troupe.deaf.add('reply.2').add('reply.3');
  troupe.tell({ kind: 'scale', service: 'reply', wanted: 1 });
  troupe.tellChild('reply.2', { kind: 'yielded' });
  t.same(leases(troupe), { 'reply.3': 'reply/1-2' });
  troupe.tellChild('reply.3', { kind: 'yielded' });
  t.same(leases(troupe), { reply: 'reply' });
  troupe.pass(5_000);
  t.equal(troupe.roster.children.length, 2, 'no more than one and its spare');
  t.end();
});

void t.test('a configuration that wants fewer at work has the rooms shared out anew by its own', (t) => {
  const troupe = new Troupe([reply({ replicas: { min: 2, max: 2 } })]);
  troupe.pass(1_000);
  t.same(leases(troupe), { reply: 'reply/0-2', 'reply.2': 'reply/1-2' });
  troupe.tell({ kind: 'reload', specs: [reply({ replicas: { min: 1, max: 1 } })], edition: 2 });
  troupe.pass(15_000);
  t.same(Object.values(leases(troupe)), ['reply']);
  t.equal(troupe.roster.state.reload, undefined);
  t.ok(troupe.roster.children.every(({ edition }) => edition === 2));
  t.end();
});

void t.test('the share of one that dies goes to a spare at once, and the other goes on', (t) => {
  const troupe = new Troupe([reply({ replicas: { min: 2, max: 2 } })]);
  troupe.pass(1_000);
  troupe.take();
  troupe.dies('reply.2', 'killed');
  t.match(leases(troupe), { reply: 'reply/0-2', 'reply.3': 'reply/1-2' });
  t.notOk(troupe.take().includes('reply drain'));
  t.end();
});

void t.test('one that does not yield in time is ended, and the rooms are free then', (t) => {
  const troupe = new Troupe([reply()]);
  troupe.deaf.add('reply');
  troupe.tell({ kind: 'scale', service: 'reply', wanted: 2 });
  troupe.pass(500);
  t.same(leases(troupe), { reply: 'reply' });
  troupe.pass(1_500);
  t.same(leases(troupe), { 'reply.2': 'reply/0-2', 'reply.3': 'reply/1-2' });
  t.end();
});

void t.test('when all die at once, who is left takes all rooms, and shares them again later', (t) => {
  const troupe = new Troupe([reply({ replicas: { min: 2, max: 2 } })]);
  troupe.pass(1_000);
  troupe.deaf.add('reply').add('reply.2');
  for (const id of ['reply', 'reply.2'])
    troupe.tellChild(id, { kind: 'condemn', reason: 'hangs', again: true, stage: 'report' });
  t.same(leases(troupe), { 'reply.3': 'reply/0-2' }, 'the first was replaced before the other was condemned');
  troupe.deaf.clear();
  troupe.pass(5_000);
  t.same(Object.values(leases(troupe)).toSorted(), ['reply/0-2', 'reply/1-2']);

  troupe.lame.add('reply').add('reply.2').add('reply.3').add('reply.4');
  for (const { id, duty } of troupe.roster.children) if (!duty) troupe.dies(id, 'killed');
  for (const { id, duty } of troupe.roster.children) if (duty) troupe.dies(id, 'killed');
  t.same(leases(troupe), {});
  troupe.pass(500);
  troupe.lame.clear();
  troupe.pass(200);
  const [first] = troupe.roster.children.filter(({ life }) => life.name === 'initialising');
  if (first) troupe.tellChild(first.id, { kind: 'initialised', address: '' });
  t.ok(Object.values(leases(troupe)).includes('reply'), 'one for all rooms');
  troupe.pass(120_000);
  t.same(Object.values(leases(troupe)).toSorted(), ['reply/0-2', 'reply/1-2']);
  t.end();
});

void t.test('whoever stands by is kept for a place that is free in a moment', (t) => {
  const troupe = new Troupe([reply({ replicas: { min: 2, max: 2 }, holdsPlace: true })]);
  troupe.pass(1_000);
  // It is asked what it is doing, for 300 ms.
  troupe.tellChild('reply', { kind: 'condemn', reason: 'hangs', again: true, stage: 'report' });
  troupe.tell({ kind: 'retire', id: 'reply.2', reason: 'old' });
  troupe.pass(250);
  t.match(troupe.child('reply'), { life: { name: 'ending' }, duty: { lease: 'reply/0-2' } });
  t.equal(troupe.child('reply.2').life.name, 'running', 'its turn is later');
  troupe.dies('reply', 'killed');
  t.match(leases(troupe), { 'reply.2': 'reply/1-2', 'reply.3': 'reply/0-2' });
  troupe.pass(10_000);
  t.same(Object.values(leases(troupe)).toSorted(), ['reply/0-2', 'reply/1-2']);
  t.notOk(
    troupe.roster.children.some(({ retiring }) => retiring !== ''),
    'all were replaced in the end',
  );
  t.end();
});
