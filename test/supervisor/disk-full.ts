/**
 * Runs in a mount namespace of its own, where the home folder is a disk of 24 MB: fills it through the bus, restarts the server on the full
 * disk, makes room, and prints what was seen as JSON. `unshare` takes the disk away with the last process.
 */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setUpBus } from '../../supervisor/bus-setup.ts';
import { next, ownNats } from './own-nats.ts';
import { SteadyPublisher, storedIds } from './stored-ids.ts';

const [home = ''] = process.argv.slice(2);
mkdirSync(home, { recursive: true });
execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', home]);
const ballast = join(home, 'recording.wav');
writeFileSync(ballast, new Uint8Array(8_000_000));

await using nats = await ownNats(home, { reserveBytes: 1_000_000 });
const { server, heard } = nats;
await server.start();
const connection = await nats.connect();
await setUpBus(connection);
const publisher = new SteadyPublisher(connection, 20_000);
const full = await next(heard, 'full');
await publisher.refused('no space left on device');
const whenFull = publisher.acked.length;

// Heard from here on: the server's end may give back a little, and the disk be told of as free before there is room.
const free = once(heard, 'free', { signal: AbortSignal.timeout(60_000) });

// A restart while there is no room: nothing may depend on writing a file.
const back = next(heard, 'up');
process.kill(server.pid, 'SIGKILL');
await back;
// A connection of its own: the other may not have noticed yet.
const atRestart = publisher.acked.length;
const kept = await storedIds(await nats.connect(), 'EVENTS');

// Small ones from here on: on a quick machine large ones fill the room again before anybody has looked.
publisher.bytes = 100;
rmSync(ballast);
await free;
await publisher.more(50);
await publisher.stop();
const ids = await storedIds(connection, 'EVENTS');
const seen = {
  full,
  whenFull,
  keptThroughRestart: publisher.acked.slice(0, atRestart).every((id) => kept.includes(id)),
  acked: publisher.acked.length,
  lost: publisher.acked.filter((id) => !ids.includes(id)).length,
  twice: ids.length - new Set(ids).size,
  restarts: server.restarts,
  failures: Object.fromEntries(publisher.failures),
};
console.log(JSON.stringify(seen));
