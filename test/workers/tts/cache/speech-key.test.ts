import t from 'tap';
import { identify, identifyText } from '../../../../workers/tts/cache/speech-key.ts';
import { keyOf } from './sounds.ts';

void t.test('identify() differs with all that changes the sound', (t) => {
  const loudness = { targetLufs: -16, peakDbtp: -1 };
  const keys = [
    keyOf('你好'),
    keyOf('好'),
    keyOf('你好', { engine: 'other' }),
    keyOf('你好', { voice: 'other' }),
    keyOf('你好', { speed: 1.1 }),
    keyOf('你好', { loudness: { ...loudness, targetLufs: -18 } }),
    keyOf('你好', { loudness: { ...loudness, peakDbtp: -2 } }),
    keyOf('你好', { settings: 'x' }),
    keyOf('你好', { normaliserVersion: 2 }),
    keyOf('你好', { engine: 'e","v', voice: '' }),
  ];
  t.equal(new Set(keys.map((key) => identify(key).key)).size, keys.length);
  t.end();
});

void t.test('identify() gives the same names for the same, and the name of the text alone', (t) => {
  t.same(identify(keyOf('你好')), identify(keyOf('你好')));
  t.equal(identify(keyOf('你好', { engine: 'other' })).text, identifyText('你好'));
  t.match(identify(keyOf('你好\ud800')), { key: /^[0-9a-f]{32}$/, text: /^[0-9a-f]{32}$/ });
  t.end();
});
