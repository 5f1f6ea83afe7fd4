import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { TtsEngineConfig } from '../../../protocol/tts-config.ts';
import { ttsSchema } from '../../../protocol/tts-config.ts';
import { digestSettings } from '../../../workers/tts/settings-digest.ts';

function parse(engine: object): TtsEngineConfig {
  const [config] = ttsSchema.parse({ engines: [{ id: 'one', ...engine }] }).engines;
  if (!config) throw new Error('No engine was parsed');
  return config;
}

void t.test('digestSettings() goes by what changes how an engine sounds, and by nothing else', (t) => {
  const plain = {
    type: 'openai',
    endpoints: ['http://127.0.0.1:1'],
    voices: [{ name: 'a', voice: 'alloy' }],
  };
  const digest = (changes: object = {}) => digestSettings(parse({ ...plain, ...changes }), '/nowhere');
  t.equal(digest(), digest({ id: 'two', endpoints: ['http://127.0.0.1:2'], totalMs: 9_000, apiKey: 'k' }));
  t.not(digest(), digest({ model: 'tts-2' }));
  t.not(digest(), digest({ voices: [{ name: 'a', voice: 'echo' }] }));
  t.end();
});

void t.test('digestSettings() takes another recording under the same name for another voice', (t) => {
  const project = t.testdir({ 'prompt.wav': 'one' });
  const file = join(project, 'prompt.wav');
  const engine = parse({
    type: 'cosyvoice',
    endpoints: ['http://127.0.0.1:1'],
    voices: [
      { name: 'a', mode: 'sft', speaker: '中文女' },
      { name: 'b', mode: 'cross-lingual', promptWav: 'prompt.wav' },
      { name: 'c', mode: 'cross-lingual', promptWav: 'gone.wav' },
    ],
  });
  const digest = () => digestSettings(engine, project);
  utimesSync(file, 1_000, 1_000);
  const first = digest();
  t.equal(digest(), first);
  writeFileSync(file, 'two');
  utimesSync(file, 1_000, 2_000);
  const second = digest();
  t.not(second, first, 'of the same size, written later');
  writeFileSync(file, 'longer');
  utimesSync(file, 1_000, 2_000);
  t.not(digest(), second, 'longer');
  t.end();
});
