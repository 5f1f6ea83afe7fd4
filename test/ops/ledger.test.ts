import t from 'tap';
import { Ledger, formatBalance } from '../../ops/ledger.ts';

const chat = (id: string) => ({ id, kind: 'chat' as const, expiresAt: 1_000 });
const gift = (id: string, expiresAt = 1_000_000) => ({ id, kind: 'gift' as const, expiresAt });

void t.test('Ledger balances when every event has one outcome', (t) => {
  const ledger = new Ledger();
  for (const event of [chat('a'), chat('b'), gift('c')]) ledger.addEvent(event);
  ledger.addOutcome({ eventId: 'a', what: 'spoken' });
  ledger.addOutcome({ eventId: 'b', what: 'expired' });
  ledger.addOutcome({ eventId: 'c', what: 'merged' });
  ledger.addOutcome({ eventId: '', what: 'aired' });
  const balance = ledger.balance(2_000, false);
  t.match(balance, { events: 3, outcomes: 3, open: 0, lost: 0, twice: 0, aired: 1, balanced: true });
  t.same(balance.paid, { events: 1, answered: 1, open: 0, other: 0 });
  t.match(formatBalance(balance), /3 events in = 3 outcomes out \+ 0 still open \+ 0 lost; 0 twice/);
  t.end();
});

void t.test('Ledger tells what is lost and what is there twice', (t) => {
  const ledger = new Ledger();
  for (const event of [chat('a'), chat('b')]) ledger.addEvent(event);
  for (const what of ['spoken', 'failed'] as const) ledger.addOutcome({ eventId: 'a', what });
  const balance = ledger.balance(2_000, false);
  t.match(balance, { lost: 1, lostIds: ['b'], twice: 1, twiceIds: ['a'], balanced: false });
  t.match(formatBalance(balance), /DOES NOT BALANCE[^]*lost: b[^]*twice: a/);
  t.end();
});

void t.test(
  'Ledger waits for what may still come: on air for all, after the end for what was paid for',
  (t) => {
    const ledger = new Ledger();
    for (const event of [chat('a'), gift('b')]) ledger.addEvent(event);
    t.match(ledger.balance(2_000, true), { open: 2, lost: 0, balanced: true });
    t.match(ledger.balance(2_000, false), { open: 1, lost: 1, paid: { open: 1 }, balanced: false });
    t.match(ledger.balance(10_000_000, true), { open: 0, lost: 2, balanced: false }, 'not for ever');
    t.end();
  },
);

void t.test('balance() counts what somebody still has to treat as open, until long after its time', (t) => {
  const ledger = new Ledger();
  ledger.addEvent({ id: 'a', kind: 'chat', expiresAt: 5_000 });
  ledger.addEvent({ id: 'b', kind: 'chat', expiresAt: 5_000 });
  ledger.addPending('a');
  t.match(ledger.balance(2_000, false), { open: 1, lost: 1, lostIds: ['b'] });
  t.match(ledger.balance(10_000_000, false), { open: 1, lost: 1, lostIds: ['b'] }, 'however much later');
  t.match(ledger.balance(10_000_000, true), { open: 0, lost: 2 }, 'on air it should have come long ago');
  t.end();
});

void t.test(
  'Ledger counts what was shed before the bus as events, and what a burst was merged into once',
  (t) => {
    const ledger = new Ledger();
    ledger.addEvent({ ...chat('a'), coalesced: ['a2', 'a3'] });
    ledger.addOutcome({ eventId: 'a', what: 'spoken' });
    ledger.addOutcome({ eventId: 'b', what: 'shed', by: 'ingest', eventKind: 'like' });
    ledger.addOutcome({ eventId: 'c', what: 'shed', by: 'reply', eventKind: 'like' });
    const balance = ledger.balance(2_000, true);
    t.match(balance, { events: 2, outcomes: 2, shedBeforeBus: 1, coalesced: 2, lost: 0, balanced: true });
    t.match(formatBalance(balance), /2 events in = 2 outcomes out[^]*shed before the bus: 1; merged .*: 2/);
    ledger.addOutcome({ eventId: 'b', what: 'shed', by: 'ingest', eventKind: 'like' });
    t.match(ledger.balance(2_000, true), { twice: 1, twiceIds: ['b'], balanced: false });
    t.end();
  },
);
