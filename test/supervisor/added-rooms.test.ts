import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import { checkAdded, findAddedRoom, removeAddedRoom, writeAddedRoom } from '../../ops/live/added-room.ts';
import { addedRoomFile } from '../../supervisor/added-rooms-folder.ts';
import { loadConfig } from '../../supervisor/load-config.ts';

const source = { type: 'douyin', webRid: '7300000000000000001' };
const yaml = 'rooms:\n  - id: demo\n    source: { type: douyin, webRid: "1" }\n';

function openHome(t: Test): { home: string; file: string } {
  const home = t.testdir({});
  const file = join(home, 'onair.yaml');
  writeFileSync(file, yaml);
  return { home, file };
}

void t.test('loadConfig() takes in the rooms that were added, with a file and without', async (t) => {
  const { home, file } = openHome(t);
  writeAddedRoom(home, 'shop', source);
  writeAddedRoom(home, 'another', source);
  const idsOf = async (from: string) => {
    const loaded = await loadConfig(from, {}, home);
    return loaded.ok ? loaded.config.rooms.map(({ id }) => id) : loaded.lines;
  };
  t.same(await idsOf(file), ['demo', 'another', 'shop']);
  t.same(await idsOf(''), ['demo', 'another', 'shop']);
  t.match(findAddedRoom(home, 'shop'), { id: 'shop', source });
  removeAddedRoom(home, 'another');
  removeAddedRoom(home, 'another');
  t.same(await idsOf(file), ['demo', 'shop']);
});

void t.test('loadConfig() names the file of an added room that is wrong', async (t) => {
  const { home, file } = openHome(t);
  writeAddedRoom(home, 'demo', source);
  t.match(await loadConfig(file, {}, home), {
    ok: false,
    lines: [/one mistake/, /rooms\.d.demo\.yaml: id: must be unique/],
  });
  writeAddedRoom(home, 'demo', { type: 'douyin' });
  t.match(await loadConfig(file, {}, home), { ok: false, lines: [/mistake/, /rooms\.d.demo\.yaml: source/] });
  writeFileSync(addedRoomFile(home, 'demo'), '"unclosed');
  t.match(await loadConfig(file, {}, home), {
    ok: false,
    lines: [/Cannot read an added room: .*demo\.yaml/],
  });
});

void t.test('rooms are bounded in number', async (t) => {
  const { home, file } = openHome(t);
  writeAddedRoom(home, 'shop', source);
  writeFileSync(file, `${yaml}ingest: { maxRooms: 1 }\n`);
  t.match(await loadConfig(file, {}, home), {
    ok: false,
    lines: [/one mistake/, /rooms.*there are 2, and ingest\.maxRooms allows 1/],
  });
});

void t.test('checkAdded() takes a room once, and says why it takes another not', async (t) => {
  const { home } = openHome(t);
  mkdirSync(join(home, 'rooms.d'), { recursive: true });
  const check = (room: string, given: unknown, rooms: string[], maxRooms = 200) =>
    checkAdded({ home, state: { rooms, maxRooms }, room, source: given });
  t.equal(check('shop', source, ['demo']), true);
  writeAddedRoom(home, 'shop', source);
  t.equal(check('shop', source, ['demo', 'shop']), false, 'it is there');
  t.equal(check('shop', source, ['demo']), true, 'it was never brought in');
  t.throws(() => check('shop', { ...source, webRid: '2' }, ['demo', 'shop']), /already, with another source/);
  t.throws(() => check('DEMO', source, ['demo']), /There is a room "DEMO" already/);
  t.throws(
    () => check('more', source, ['demo', 'shop'], 2),
    /There are 2 rooms, and ingest.maxRooms allows 2/,
  );
  t.throws(() => check('more', { type: 'nowhere' }, ['demo']), /No room can be made of that/);
});
