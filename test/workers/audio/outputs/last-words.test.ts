import t from 'tap';
import { essence } from '../../../../workers/audio/outputs/last-words.ts';

void t.test('essence() finds what went wrong in what a native abort leaves behind', async (t) => {
  const stderr = [
    "ALSA lib confmisc.c:855:(parse_card) cannot find card '0'",
    '[../deps/mpg123/src/output/alsa.c:165] error: cannot open device default',
    "node: pcm_params.c:2354: snd_pcm_hw_refine: Assertion `pcm && params' failed.",
    '----- Native stack trace -----',
    ' 1: 0xcb2f2b node::Abort() [node]',
    '    at fail (file:///x.ts:1:1)',
    '',
  ].join('\n');
  t.match(essence(stderr), /cannot open device default; .*Assertion/);
});

void t.test('essence() takes the last lines when none is telling, and stays short', async (t) => {
  t.equal(essence('one\ntwo\nthree\n'), 'two; three');
  t.equal(essence(''), '');
  t.ok(essence('x'.repeat(5_000)).length <= 300);
});
