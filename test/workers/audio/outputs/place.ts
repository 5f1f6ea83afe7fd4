import { join } from 'node:path';
import type { OutputPlace } from '../../../../workers/audio/outputs/find-output.ts';

/** Where the outputs of a test's room are. */
export const placeIn = (dir: string): OutputPlace => ({
  file: join(dir, 'demo.wav'),
  runId: 'one',
  recordMaxMinutes: 60,
  device: '',
  stream: { room: 'demo', host: '127.0.0.1', port: 0, file: join(dir, 'demo.stream.json'), label: '' },
});
