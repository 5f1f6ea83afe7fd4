import t from 'tap';
import { SimRoom } from '../../ops/chaos/sim-room.ts';
import { isAlive } from '../../supervisor/process-table.ts';
import { readBalance } from '../support/balance.ts';
import type { Sent } from '../support/show.ts';
import { Show, silentRoom } from '../support/show.ts';
import { activeOf, untilWell } from './places.ts';
import { runReload, writeConfiguration } from './run-reload.ts';

const templates = { gift: ['谢谢{nickname}。'] };
const oneRoom = { ...silentRoom, reply: { ...silentRoom.reply, rules: [], templates } };
const twoRooms = {
  ...oneRoom,
  rooms: [
    ...silentRoom.rooms,
    {
      id: 'second',
      source: {
        type: 'douyin',
        webRid: 'second',
        pageUrl: 'http://${address:sim-other}',
        pushUrls: ['ws://${address:sim-other}'],
      },
    },
  ],
  simulators: [
    ...silentRoom.simulators,
    { id: 'other', type: 'douyin-room', webRid: 'second', silent: true },
  ],
};

void t.test('rooms come and go while the show goes on', async (t) => {
  await using show = await Show.start(t, oneRoom);
  await show.untilConnected();
  await untilWell(show);
  let gifts = 0;
  const gift = () => ({ kind: 'gift', user: '阿花', gift: '玫瑰', groupId: String(++gifts) });
  const simulator = { pid: show.child('sim-room').pid, generation: 1, restarts: 0 };

  await t.test('a room that is added is played and heard, and the one before never stops', async (t) => {
    writeConfiguration(show, twoRooms);
    const [during] = await show.say(gift());
    const { code, said } = await runReload(show);
    t.equal(code, 0, said);
    t.match(await show.untilOutcome(during?.msgId ?? ''), { what: 'spoken', room: 'demo' });
    t.match(show.child('audio:second'), { state: 'running', edition: 2 });
    const other = new SimRoom({
      address: () => show.child('sim-other').address,
      signal: AbortSignal.timeout(60_000),
    });
    await show.until('a connection to the other room', async () => (await other.state()).connected);
    const msgId = await sayIn(show.child('sim-other').address, gift());
    t.match(await show.untilOutcome(msgId), { what: 'spoken', room: 'second', paid: true });
    t.match(show.child('sim-room'), simulator, 'its simulator goes on as it was');
    await untilWell(show);
  });

  await t.test('a room that is taken out by a plain SIGHUP goes with all its processes', async (t) => {
    const gone = show.state.children.filter(({ service }) => /audio:second|sim-other/.test(service));
    t.equal(gone.length, 3, 'two for its sound, and its simulator');
    const { epoch } = activeOf(show, 'ingest');
    writeConfiguration(show, oneRoom);
    show.process.kill('SIGHUP');
    await show.until('the removal', () =>
      show.state.children.every(({ service }) => !/audio:second|sim-other/.test(service)),
    );
    for (const { id, pid, startTime } of gone) t.notOk(isAlive(pid, startTime), `${id} is gone`);
    const inPlace = ['probation', 'done'];
    await show.until('the other configuration', () => inPlace.includes(show.state.reload?.phase ?? ''));
    t.ok(activeOf(show, 'ingest').epoch > epoch);
    t.same(show.state.services.map(({ id, condition }) => `${id} ${condition}`).sort(), [
      'audio:demo well',
      'ingest well',
      'reply well',
      'sim-room well',
      'tts well',
    ]);
    await show.untilConnected();
    const [after] = await show.say(gift());
    t.match(await show.untilOutcome(after?.msgId ?? ''), { what: 'spoken', room: 'demo' });
    t.match(show.child('sim-room'), simulator);
  });

  t.equal(await show.stop(), 0);
  t.match(await readBalance(show.home), {
    balanced: true,
    open: 0,
    paid: { events: gifts, answered: gifts },
  });
});

/** Something happens in a simulated room; returns the id of its message. */
async function sayIn(address: string, item: object): Promise<string> {
  const response = await fetch(`http://${address}/sim/say`, {
    method: 'POST',
    body: JSON.stringify(item),
    headers: { 'content-type': 'application/json' },
    signal: AbortSignal.timeout(30_000),
  });
  const { sent } = (await response.json()) as { sent: Sent[] };
  return sent[0]?.msgId ?? '';
}
