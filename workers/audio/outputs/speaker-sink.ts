/**
 * Plays standard input on a device: `speaker-sink.ts [--device ALSA-NAME] [--probe]`; without a name on the default one. A program of its
 * own, because without a device the native part ends the whole process with an assertion, at the first write or already when it is
 * loaded. `--probe`: plays silence for long enough to see that it is played and not swallowed, then exit 0.
 */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { toFailure } from '../../../protocol/failure.ts';
import { bytesPerSample, outputRateHz, samplesOf } from '../format.ts';
import { readSound } from './read-sound.ts';

/**
 * ALSA buffers half a second here, and a sound server's device up to two more. What takes more than that ahead of time within the first
 * half second swallows it.
 */
const probeMs = { ahead: 4_000, least: 500, piece: 250 };

const { values } = parseArgs({ options: { device: { type: 'string' }, probe: { type: 'boolean' } } });
const Speaker = await load();
const speaker = new Speaker({
  channels: 1,
  bitDepth: 8 * bytesPerSample,
  sampleRate: outputRateHz,
  ...(values.device === undefined ? {} : { device: values.device }),
  // As few steps as possible: each may have to wait for a processor, which is not the device's time.
  ...(values.probe ? { samplesPerFrame: samplesOf(probeMs.piece) } : {}),
});
// After an error the package never calls back: there is nothing to wait for.
speaker.on('error', (error: Error) => fail(`The device failed: ${error.message}`));

const play = (pcm: Buffer): Promise<void> =>
  new Promise((resolve, reject) => speaker.write(pcm, (error) => (error ? reject(error) : resolve())));

if (values.probe) await tryOut();
else await readSound(play);
await close();
process.exit(0);

/** Ends as soon as the device has shown that it takes its time. */
async function tryOut(): Promise<void> {
  const piece = Buffer.alloc(samplesOf(probeMs.piece) * bytesPerSample);
  // The first opens it.
  await play(piece);
  const began = performance.now();
  const tookMs = () => performance.now() - began;
  let fedMs = 0;
  while (fedMs - tookMs() < probeMs.ahead) {
    await play(piece);
    fedMs += probeMs.piece;
    if (tookMs() >= probeMs.least) process.exit(0);
  }
  // Where buffers are large only the end takes time.
  await close();
  if (tookMs() >= probeMs.least) return process.exit(0);
  fail(`it takes sound faster than any device (${fedMs} ms in ${Math.round(tookMs())} ms)`);
}

async function close(): Promise<void> {
  const closed = once(speaker, 'close');
  speaker.end();
  await closed;
}

async function load(): Promise<typeof import('speaker')> {
  try {
    return (await import('speaker')).default;
  } catch (error) {
    return fail(`The optional package "speaker" cannot be loaded: ${toFailure(error).message}`);
  }
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
