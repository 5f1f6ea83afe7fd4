import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import t from 'tap';
import { SimRoom } from '../../ops/chaos/sim-room.ts';
import { isAlive } from '../../supervisor/process-table.ts';
import { readBalance } from '../support/balance.ts';
import type { Sent } from '../support/show.ts';
import { Show, silentRoom } from '../support/show.ts';
import { readWav } from '../support/wav.ts';
import { activeOf, untilWell } from './places.ts';

const program = resolve(import.meta.dirname, '../../ops/live/main.ts');

interface Said {
  code: number;
  stdout: string;
  stderr: string;
}

/** What the command says. That the bus of a busy machine was too slow to answer is no answer: a person asks again. */
async function live(home: string, ...args: string[]): Promise<Said> {
  for (let attempt = 1; ; attempt++) {
    const said = await liveOnce(home, args);
    const isLate = said.code === 1 && /timeout|timed out|did not answer/i.test(said.stderr);
    if (isLate && attempt < 10) continue;
    // It may have been done all the same, when it was asked for the first time.
    return attempt === 1
      ? said
      : { ...said, stdout: said.stdout.replace(/is (started|stopped) already/, '$1') };
  }
}

async function liveOnce(home: string, args: string[]): Promise<Said> {
  return await new Promise((done) => {
    execFile(
      process.execPath,
      [program, ...args, '--home', home],
      { timeout: 300_000 },
      (error, stdout, stderr) =>
        done({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr }),
    );
  });
}

const sourceAt = (simulator: string) => ({
  type: 'douyin',
  webRid: simulator,
  pageUrl: `http://\${address:sim-${simulator}}`,
  pushUrls: [`ws://\${address:sim-${simulator}}`],
});
const simulator = (id: string) => ({ id, type: 'douyin-room', webRid: id, silent: true });
const show = {
  ...silentRoom,
  reply: { ...silentRoom.reply, rules: [], templates: { gift: ['谢谢{nickname}。'] } },
  simulators: [...silentRoom.simulators, simulator('other')],
};

/** A simulated room, as the platform sees who listens. */
function simOf(of: Show, id: string): SimRoom {
  return new SimRoom({ address: () => of.child(`sim-${id}`).address, signal: AbortSignal.timeout(300_000) });
}

async function giftIn(of: Show, id: string, groupId: string): Promise<string> {
  const response = await fetch(`http://${of.child(`sim-${id}`).address}/sim/say`, {
    method: 'POST',
    body: JSON.stringify({ kind: 'gift', user: '阿花', gift: '玫瑰', groupId }),
    headers: { 'content-type': 'application/json' },
    signal: AbortSignal.timeout(30_000),
  });
  const { sent } = (await response.json()) as { sent: Sent[] };
  return sent[0]?.msgId ?? '';
}

/** Returns once the recording has gone on for 8 s, far longer than an idle line or a filler lets wait, without a word; and where, in seconds. */
async function untilQuiet(of: Show, id: string): Promise<{ from: number; to: number }> {
  const file = join(of.home, 'audio', `${id}.wav`);
  const bytesPerSecond = readFileSync(file).readUInt32LE(28);
  const recorded = () => Math.floor((statSync(file).size - 44) / bytesPerSecond);
  const heard = () => of.outcomes.filter(({ room, what }) => room === id && /spoken|aired/.test(what)).length;
  let [words, from] = [heard(), recorded()];
  await of.until('a long silence', () => {
    if (heard() !== words) [words, from] = [heard(), recorded()];
    return recorded() - from >= 8;
  });
  return { from, to: recorded() };
}

void t.test('rooms are stopped, started, added and forgotten by command while a show runs', async (t) => {
  await using running = await Show.start(t, show);
  const { home } = running;
  const room = simOf(running, 'room');
  await running.untilConnected();
  await untilWell(running);

  t.match(await live(home, 'start', 'demo'), { code: 0, stdout: 'demo: is started already\n' });
  t.match(await live(home, 'stop', 'demo'), { code: 0, stdout: 'demo: stopped\n' });
  t.match(await live(home, 'stop', 'demo'), { code: 0, stdout: 'demo: is stopped already\n' });
  await running.until('the connection to be closed', async () => !(await room.state()).connected);
  const { stdout } = await live(home, 'status', '--json');
  t.match(JSON.parse(stdout), {
    success: true,
    active_rooms: [],
    count: 0,
    connections: { demo: { active: false, should_reconnect: false } },
  });
  t.match(await live(home, 'stop', 'nowhere'), {
    code: 1,
    stderr: /There is no room "nowhere"; there is demo/,
  });
  const ingest = activeOf(running, 'ingest');
  process.kill(ingest.pid, 'SIGKILL');
  await running.until('the spare', () =>
    running.state.children.some(
      ({ service, lease, pid }) => service === 'ingest' && lease !== '' && pid !== ingest.pid,
    ),
  );
  await untilWell(running);
  t.notOk((await room.state()).connected, 'nobody connects to it after a restart');
  const quiet = await untilQuiet(running, 'demo');
  t.same(
    running.state.incidents.filter(({ component }) => /demo|audio/.test(component)),
    [],
    'nobody is told that it is silent',
  );
  t.match(await live(home, 'start', 'demo'), { code: 0, stdout: 'demo: started\n' });
  await running.untilConnected();
  t.match(await running.untilOutcome(await giftIn(running, 'room', '1')), { what: 'spoken', room: 'demo' });

  const source = JSON.stringify(sourceAt('other'));
  const added = await live(home, 'start', 'shop', '--source', source);
  t.match(added, { code: 0, stdout: /shop: added and started\n$/ }, added.stderr);
  await running.until('a connection to it', async () => (await simOf(running, 'other').state()).connected);
  t.match(await running.untilOutcome(await giftIn(running, 'other', '2')), { what: 'spoken', room: 'shop' });
  t.ok(existsSync(join(home, 'audio', 'shop.wav')));
  t.match(await live(home, 'start', 'shop', '--source', source), { code: 0, stdout: /is started already/ });
  t.match(await live(home, 'start', '--douyin', '9', '--id', 'shop'), {
    code: 1,
    stderr: /with another source/,
  });
  t.match(await live(home, 'stop', 'demo', '--forget'), { code: 1, stderr: /is in the configuration/ });
  const sound = running.child('audio:shop');
  t.match(await live(home, 'stop', 'shop', '--forget'), {
    code: 0,
    stdout: /shop: stopped and forgotten\n$/,
  });
  await running.until('its sound to end', () => !isAlive(sound.pid, sound.startTime));
  t.same(running.state.rooms, ['demo']);
  t.match(await live(home, 'stop', 'shop', '--forget'), { code: 0, stdout: /forgotten already/ });
  t.match(await live(home, 'stop', 'shopp', '--forget'), { code: 1, stderr: /There is no room "shopp"/ });
  t.equal(await running.stop(), 0);
  t.match(await live(home, 'status'), { code: 1, stderr: /No supervisor runs in/ });
  t.match(await readBalance(home), { balanced: true, paid: { events: 2, answered: 2 } });
  const { samples, sampleRateHz } = readWav(join(home, 'audio', 'demo.wav'));
  // The outcomes come a little later than the sound.
  const stopped = samples.subarray((quiet.from + 2) * sampleRateHz, (quiet.to - 1) * sampleRateHz);
  t.ok(stopped.length > 0 && stopped.every((sample) => sample === 0), 'a room that is stopped is silent');
  t.ok(
    samples.subarray(quiet.to * sampleRateHz).some((sample) => sample !== 0),
    'and then is heard again',
  );
});

void t.test('two processes of ingest share the rooms, and no room ever has two sockets', async (t) => {
  // Two for each of two processes.
  const names = ['room-1', 'room-2', 'shoes', 'a'];
  await using running = await Show.start(
    t,
    {
      ...show,
      rooms: names.map((id) => ({ id, source: sourceAt(id) })),
      simulators: names.map(simulator),
      supervisor: { services: { ingest: { min: 2, max: 2 } } },
    },
    ['--only', 'ingest,reply,sim'],
  );
  const sims = names.map((name) => simOf(running, name));
  const most = new Map<string, number>();
  let isOver = false;
  const watching = (async () => {
    while (!isOver)
      for (const [index, name] of names.entries()) {
        const seen = await sims[index]?.connections();
        const open = seen?.open ?? 0;
        if (open > 1) t.comment(`${name} has ${open} sockets: ${JSON.stringify(seen)}`);
        most.set(name, Math.max(most.get(name) ?? 0, open));
      }
  })();
  const untilAll = async (what: string) =>
    await running.until(what, async () =>
      (await Promise.all(sims.map(async (sim) => (await sim.state()).connected))).every(Boolean),
    );
  const holder = (lease: string) => running.state.children.find((child) => child.lease === lease);
  await untilAll('connections to all rooms');
  for (const [lease, signal] of [
    ['ingest/0-2', 'SIGKILL'],
    ['ingest/1-2', 'SIGSTOP'],
  ] as const) {
    const before = holder(lease);
    t.ok(before, `${lease} is held`);
    if (!before) continue;
    await running.until('a spare', () =>
      running.state.children.some(
        ({ service, spare, state }) => service === 'ingest' && spare && state === 'initialised',
      ),
    );
    process.kill(before.pid, signal);
    await running.until(`${lease} in other hands`, () => (holder(lease)?.pid ?? before.pid) !== before.pid);
    await untilAll(`connections after ${signal}`);
  }
  isOver = true;
  await watching;
  t.same(
    [...most],
    names.map((name) => [name, 1]),
  );
  t.equal(await running.stop(), 0);
});
