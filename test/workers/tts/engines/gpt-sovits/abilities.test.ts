import t from 'tap';
import { readAbilities } from '../../../../../workers/tts/engines/gpt-sovits/abilities.ts';
import { apiWithoutTokens, newApi } from './fake-sovits.ts';

void t.test('readAbilities() tells which API a server has, and whether sound comes while it is made', (t) => {
  t.same(readAbilities(newApi), { kind: 'api-v2', tokens: true });
  t.same(readAbilities(apiWithoutTokens), { kind: 'api-v2', tokens: false });
  const onlyBool = structuredClone(newApi);
  Object.assign(onlyBool.components.schemas.TTS_Request.properties, { streaming_mode: { type: 'boolean' } });
  t.same(readAbilities(onlyBool), { kind: 'api-v2', tokens: false });
  t.same(readAbilities({ paths: { '/tts': {} } }), { kind: 'api-v2', tokens: false });
  t.same(readAbilities({ paths: { '/': {}, '/change_refer': {} } }), { kind: 'api-v1' });
  t.end();
});

void t.test('readAbilities() takes anything', (t) => {
  for (const json of [undefined, null, 7, 'text', [], {}, { paths: null }, { paths: { '/other': {} } }])
    t.same(readAbilities(json), { kind: 'other' });
  t.end();
});
