import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { PositionFile, readPositions } from '../../../workers/audio/position.ts';
import { openLogger } from '../../../workers/logger.ts';

const log = openLogger({});
log.level = 'silent';
const position = { epoch: 3, at: 1_000, utteranceId: 'u:a', nextIndex: 2, offset: 960 };

const other = (name: string, given: object = {}) => ({ ...position, utteranceId: name, ...given });

void t.test('note() keeps the latest place of an utterance, and readPositions() finds it', async (t) => {
  const file = join(t.testdir(), 'run', 'demo.position');
  const positions = new PositionFile(file, log);
  t.strictSame(readPositions(file), [], 'nothing was noted yet');
  for (let n = 1; n <= 50; n++) positions.note({ ...position, offset: 960 * n });
  await positions.written();
  t.strictSame(readPositions(file), [{ ...position, offset: 48_000 }]);
  positions.note(position);
  await positions[Symbol.asyncDispose]();
  await positions[Symbol.asyncDispose]();
  t.strictSame(readPositions(file), [position]);
  t.equal(readFileSync(file).byteLength, 4_096, 'however often it was written');
});

void t.test('note() keeps what was heard until a playhead tells it, the latest last', async (t) => {
  const file = join(t.testdir(), 'demo.position');
  const positions = new PositionFile(file, log);
  for (const at of [1, 2, 3, 4]) positions.note(other(`u:${at}`, { at }));
  positions.note(other('u:2', { at: 5 }));
  await positions.written();
  t.strictSame(
    readPositions(file).map(({ utteranceId }) => utteranceId),
    ['u:1', 'u:3', 'u:4', 'u:2'],
  );
  positions.forget(4);
  positions.note(other('u:6', { at: 6 }));
  await positions[Symbol.asyncDispose]();
  t.strictSame(readPositions(file), [
    other('u:4', { at: 4 }),
    other('u:2', { at: 5 }),
    other('u:6', { at: 6 }),
  ]);
});

void t.test('PositionFile keeps what the one before has noted', async (t) => {
  const file = join(t.testdir(), 'demo.position');
  await using successor = new PositionFile(file, log, [other('u:a'), other('u:b')]);
  await successor.written();
  t.strictSame(readPositions(file), [other('u:a'), other('u:b')], 'although it has not played yet');
  successor.note(other('u:b', { offset: 1_920 }));
  await successor.written();
  t.strictSame(readPositions(file), [other('u:a'), other('u:b', { offset: 1_920 })]);
});

void t.test('note() lets go of the earliest when there are too many', async (t) => {
  const file = join(t.testdir(), 'demo.position');
  await using positions = new PositionFile(file, log);
  for (let n = 1; n <= 1_000; n++) positions.note(other(`u:room1:douyin:77133912424632${10_000 + n}`));
  await positions.written();
  const found = readPositions(file);
  t.ok(found.length >= 50, `${found.length}`);
  t.match(found.at(-1), { utteranceId: /11000$/ });
  for (let n = 1; n <= 20; n++) positions.note(other(`filler:k:${n}`));
  await positions.written();
  t.match(readPositions(file), found, 'of fillers first');
  t.equal(readFileSync(file).byteLength, 4_096);
});

void t.test('readPositions() finds nothing in what is damaged or absent', (t) => {
  const file = join(t.testdir(), 'demo.position');
  t.strictSame(readPositions(file), []);
  for (const text of ['', '{', '{"epoch":1}', 'null', '[[1]]']) {
    writeFileSync(file, text);
    t.strictSame(readPositions(file), [], text);
  }
  t.end();
});

void t.test('note() does nothing where nothing can be written, nor for what is too long', async (t) => {
  const dir = t.testdir({ run: 'a file, not a folder' });
  const nowhere = new PositionFile(join(dir, 'run', 'demo.position'), log);
  nowhere.note(position);
  await nowhere[Symbol.asyncDispose]();
  const file = join(dir, 'demo.position');
  const positions = new PositionFile(file, log);
  positions.note(position);
  await positions.written();
  positions.note(other('u'.repeat(5_000)));
  await positions[Symbol.asyncDispose]();
  t.strictSame(readPositions(file), [position]);
});
