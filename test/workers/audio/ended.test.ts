import t from 'tap';
import { Ended } from '../../../workers/audio/ended.ts';

void t.test('prune() keeps those that a successor reads again, and the latest others', async (t) => {
  const ended = new Ended(['old'], 10);
  for (let index = 0; index < 200; index++) ended.add(`e${index}`, 11 + index);
  ended.prune(12);
  t.ok(ended.has('e199') && ended.has('e1'), 'still to be read again');
  t.notOk(ended.has('old') || ended.has('e0'));
  ended.prune(1_000);
  t.equal(ended.ids().length, 128);
  t.ok(ended.has('e199') && !ended.has('e1'));
});

void t.test('touch() keeps an ended utterance of which another chunk came', async (t) => {
  const ended = new Ended([], 1);
  for (let index = 0; index < 129; index++) ended.add(`e${index}`, index);
  ended.touch('e0', 500);
  ended.prune(400);
  t.ok(ended.has('e0'));
  t.notOk(ended.has('e1'));
});

void t.test('prune() is bounded even when everything would be read again', async (t) => {
  const ended = new Ended([], 1);
  for (let index = 0; index < 3_000; index++) {
    ended.add(`e${index}`, index + 1);
    ended.prune(1);
  }
  t.ok(ended.ids().length <= 2_048);
  t.ok(ended.has('e2999'));
});
