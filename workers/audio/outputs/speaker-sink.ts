/**
 * Plays standard input on the default device. A program of its own, because without a device the native part ends the whole
 * process with an assertion, at the first write or already when it is loaded. `--probe`: 100 ms of silence, then exit 0.
 */
import { once } from 'node:events';
import { toFailure } from '../../../protocol/failure.ts';
import { bytesPerSample, outputRateHz, samplesOf } from '../format.ts';
import { readSound } from './read-sound.ts';

const Speaker = await load();
const speaker = new Speaker({ channels: 1, bitDepth: 8 * bytesPerSample, sampleRate: outputRateHz });
// After an error the package never calls back: there is nothing to wait for.
speaker.on('error', (error: Error) => fail(`The device failed: ${error.message}`));

const play = (pcm: Buffer): Promise<void> =>
  new Promise((resolve, reject) => speaker.write(pcm, (error) => (error ? reject(error) : resolve())));

if (process.argv.includes('--probe')) await play(Buffer.alloc(samplesOf(100) * bytesPerSample));
else await readSound(play);
const closed = once(speaker, 'close');
speaker.end();
await closed;
process.exit(0);

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
