import t from 'tap';
import { judgeWaveform } from '../../../workers/tts/waveform-verdict.ts';

const text = '欢迎来到直播间，今天的宝贝都在下方';
const cases: [name: string, durationMs: number, peak: number, said: string, speed: number, reason: RegExp][] =
  [
    ['passes an ordinary sentence', 2_000, 0.5, text, 1, /^$/],
    ['refuses an empty waveform', 0, 0, text, 1, /no sound/],
    ['refuses digital silence', 1_000, 0, text, 1, /only silence/],
    ['refuses what nobody hears', 2_000, 0.002, text, 1, /only silence/],
    ['refuses swallowed words', 500, 0.5, text, 1, /too short/],
    ['refuses a loop', 30_000, 0.5, text, 1, /too long/],
    ['refuses minutes', 200_000, 0.5, '字'.repeat(500), 1, /absurdly long/],
    ['passes half the duration at double speed', 500, 0.5, text, 2, /^$/],
    ['passes double the duration at half speed', 15_000, 0.5, text, 0.5, /^$/],
    [
      'does not take letters for syllables',
      1_250,
      0.5,
      'hello world this is a test of the latin letters',
      1,
      /^$/,
    ],
    ['does not take zeros for words', 340, 0.5, '100000000', 1, /^$/],
    ['passes one short word', 140, 0.5, '嗯', 1, /^$/],
  ];

for (const [name, durationMs, peak, said, speed, reason] of cases) {
  void t.test(`judgeWaveform() ${name}`, async (t) => {
    t.match(judgeWaveform({ durationMs, peak }, { text: said, speed }), reason);
  });
}
