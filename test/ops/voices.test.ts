import t from 'tap';
import type { ChildState } from '../../protocol/ipc.ts';
import { describeVoices } from '../../ops/voices.ts';

const child = (given: Partial<ChildState>): ChildState =>
  ({ id: 'tts', role: 'tts', state: 'running', spare: false, counters: {}, ...given }) as ChildState;

void t.test('describeVoices() tells of each engine of whoever speaks, and of nobody else', (t) => {
  const counters = {
    'tts.gsv.requests': 12,
    'tts.gsv.successes': 10,
    'tts.gsv.rejected': 1,
    'tts.gsv.failed': 2,
    'tts.gsv.endpoints': 2,
    'tts.gsv.available': 1,
    'tts.gsv.firstByteP95Ms': 180,
    'tts.embedded.requests': 2,
    'tts.embedded.successes': 2,
    'tts.embedded.endpoints': 1,
    'tts.embedded.available': 1,
    'tts.cache.diskHits': 7,
    'tts.cacheHits': 3,
    spoken: 12,
  };
  t.same(
    describeVoices([
      child({ counters }),
      child({ id: 'tts.2', spare: true, counters }),
      child({ id: 'reply', role: 'reply', counters }),
    ]),
    [
      'voice of tts: gsv: 1 of 2 ready, 10 of 12 spoken, 1 not fit to be heard, 2 failed, first sound within 180 ms (p95)',
      'voice of tts: embedded: 1 of 1 ready, 2 of 2 spoken',
    ],
  );
  t.end();
});
