/**
 * Writes standard input to a recording: `file-sink.ts --file demo.wav --run <run id> --max-minutes 60`. The wall time that a
 * predecessor of the same run missed becomes silence. Until the first byte comes it leaves the file alone: it may be a spare's, started
 * long before its time, while another one writes.
 */
import { parseArgs } from 'node:util';
import { toFailure } from '../../../protocol/failure.ts';
import { bytesPerSample, frameMs, msOf, samplesOf } from '../format.ts';
import { readSound } from './read-sound.ts';
import { Recording } from './recording.ts';
import { takeOver } from './sink-owner.ts';

const { values } = parseArgs({
  options: {
    file: { type: 'string' },
    run: { type: 'string' },
    'max-minutes': { type: 'string', default: '60' },
  },
});
const { file, run, 'max-minutes': maxMinutes } = values;
if (!file || !run) {
  console.error('Usage: file-sink.ts --file FILE.wav --run RUN-ID [--max-minutes N]');
  process.exit(1);
}

try {
  let recording: Recording | undefined;
  await readSound(async (pcm, arrived) => {
    recording ??= await begin({ file, run, arrived });
    recording.write(pcm, Date.now());
  });
  recording?.close();
  process.exit(0);
} catch (error) {
  console.error(`Cannot write ${file}: ${toFailure(error).message}`);
  process.exit(1);
}

/**
 * The first sample belongs to the time when it came, however long this process took to look for it (as long as what has come since then
 * lasts: one frame comes at a time), and however long the one before takes to end.
 */
async function begin(of: { file: string; run: string; arrived: number }): Promise<Recording> {
  const { file, run, arrived } = of;
  const now = Date.now() - Math.max(0, msOf(arrived / bytesPerSample) - frameMs);
  await takeOver(file);
  return new Recording({ file, run, maxSamples: samplesOf(Number(maxMinutes) * 60_000), now });
}
