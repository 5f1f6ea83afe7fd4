/**
 * Plays standard input to whoever listens: `stream-sink.ts --room demo --host 127.0.0.1 --port 0 --file run/demo.stream.json --label 'AI 语音'`. Like a
 * device it takes sound in real time, also while nobody listens; how it travels is in `stream/sound-frame.ts`. Until the first byte comes
 * it does not listen: it may be a spare's, while another one plays. Says `listening <address of the page>` on standard output.
 */
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { toFailure } from '../../../protocol/failure.ts';
import { bytesPerSample, frameSamples } from '../format.ts';
import { readSound } from './read-sound.ts';
import { listenAt } from './stream/address.ts';
import { openDoor } from './stream/door.ts';
import { Listeners } from './stream/listeners.ts';
import { Pace } from './stream/pace.ts';

const { values } = parseArgs({
  options: {
    room: { type: 'string' },
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '0' },
    file: { type: 'string' },
    label: { type: 'string', default: '' },
  },
});
const { room, host, port, file, label } = values;
if (!room || !file) {
  console.error(
    'Usage: stream-sink.ts --room ROOM --file ADDRESS.json [--host HOST] [--port N] [--label TEXT]',
  );
  process.exit(1);
}

const maxListeners = 32;
const maxPieceBytes = frameSamples * bytesPerSample;
const startedAt = Date.now();
const stream = randomUUID();
const pace = new Pace();
const listeners = new Listeners({ room, stream, label, most: maxListeners });
const door = openDoor({
  host,
  listeners,
  health: () => ({ room, stream, startedAt, pauses: pace.pauses }),
});
let opening: Promise<void> | undefined;

try {
  await readSound(play);
  // Whoever comes now finds the next sink.
  door.close();
  await listeners[Symbol.asyncDispose]();
  process.exit(0);
} catch (error) {
  console.error(`Cannot stream: ${toFailure(error).message}`);
  process.exit(1);
}

async function play(pcm: Buffer): Promise<void> {
  for (let at = 0; at < pcm.byteLength; at += maxPieceBytes) {
    const piece = pcm.subarray(at, at + maxPieceBytes);
    const due = pace.due(performance.now());
    opening ??= open(host, Number(port), file ?? '');
    await opening;
    const waitMs = due - performance.now();
    if (waitMs >= 1) await new Promise((resolve) => setTimeout(resolve, waitMs));
    listeners.send(piece, performance.timeOrigin + due);
    pace.went(piece.byteLength / bytesPerSample);
  }
}

async function open(host: string, port: number, file: string): Promise<void> {
  const url = await listenAt(door, { host, port, file });
  process.stdout.write(`listening ${url}\n`);
}
