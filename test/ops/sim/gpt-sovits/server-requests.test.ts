import t from 'tap';
import { openGptSovits } from '../../../../ops/sim/gpt-sovits/server.ts';
import { ask } from '../speech/raw-client.ts';
import { askTts, jsonOf, usual } from './ask-tts.ts';

void t.test('openGptSovits() refuses parameters in the words and the order of the server', async (t) => {
  await using server = await openGptSovits({ version: 'v2' });
  const refusals: [object, number, object][] = [
    [{ ref_audio_path: '' }, 400, { message: 'ref_audio_path is required' }],
    [{ text: '' }, 400, { message: 'text is required' }],
    [{ text_lang: '' }, 400, { message: 'text_lang is required' }],
    [{ text_lang: 'fr' }, 400, { message: 'text_lang: fr is not supported in version v2' }],
    [{ prompt_lang: '' }, 400, { message: 'prompt_lang is required' }],
    [{ media_type: 'mp3' }, 400, { message: 'media_type: mp3 is not supported' }],
    [{ text_split_method: 'cut9' }, 400, { message: 'text_split_method:cut9 is not supported' }],
    [{ streaming_mode: 4 }, 400, { message: /streaming_mode must be 0, 1, 2, 3/ }],
    [{ text_lang: 'ZH' }, 400, { message: 'tts failed', Exception: '' }],
    [{ media_type: 'ogg' }, 400, { message: 'tts failed', Exception: /Format not recognised/ }],
    [{ media_type: 'aac' }, 400, { message: 'tts failed', Exception: /ffmpeg/ }],
    [{ top_k: 'many' }, 422, { detail: [{ loc: ['body', 'top_k'], type: 'int_parsing' }] }],
    [{ text: null }, 422, { detail: [{ loc: ['body', 'text'], type: 'string_type' }] }],
    [{ speed_factor: [] }, 422, { detail: [{ loc: ['body', 'speed_factor'] }] }],
  ];
  for (const [parameters, status, body] of refusals) {
    const heard = await askTts(server, { ...parameters });
    t.equal(heard.status, status, JSON.stringify(parameters));
    t.match(jsonOf(heard), body);
  }
  t.ok(server.log().every(({ isRight }) => !isRight));
  await using first = await openGptSovits({ version: 'v1' });
  t.match(jsonOf(await askTts(first, { text_lang: 'yue' })), { message: /not supported in version v1/ });
});

void t.test('openGptSovits() takes GET as well, with its own ways', async (t) => {
  await using server = await openGptSovits();
  const query = (changes: Record<string, string>) => {
    const given = Object.entries({ ...usual, ...changes }).map(([key, value]) => [key, String(value)]);
    return `/tts?${new URLSearchParams(Object.fromEntries(given)).toString()}`;
  };
  const get = async (path: string) => await ask(server.port, { path });
  t.equal((await get(query({ text_lang: 'ZH', streaming_mode: '2' }))).status, 200);
  t.match(await get(query({ batch_size: '1.5' })), { status: 422 });
  const nothing = await get('/tts?text=a');
  t.match(nothing, { status: 500 });
  t.equal(nothing.body.toString(), 'Internal Server Error');
});

void t.test('openGptSovits() knows only the routes and methods of the server', async (t) => {
  await using server = await openGptSovits({
    weights: ['a.ckpt', 'a.pth'],
    references: { 'a.wav': 5, 'long.wav': 11 },
  });
  const heard = async (path: string, method = 'GET') => await ask(server.port, { path, method });
  const say = async (path: string) => {
    const { status, body } = await heard(path);
    return [status, JSON.parse(body.toString())];
  };
  t.same(await say('/control'), [400, { message: 'command is required' }]);
  t.match(await heard('/control', 'POST'), { status: 405 });
  t.same(await say('/health'), [404, { detail: 'Not Found' }]);
  t.same(await say('/'), [404, { detail: 'Not Found' }]);
  t.same(await say('/set_gpt_weights'), [400, { message: 'gpt weight path is required' }]);
  t.same(await say('/set_gpt_weights?weights_path=a.ckpt'), [200, { message: 'success' }]);
  t.match(await say('/set_sovits_weights?weights_path=b.pth'), [
    400,
    { message: 'change sovits weight failed' },
  ]);
  t.same(await say('/set_refer_audio?refer_audio_path=a.wav'), [200, { message: 'success' }]);
  t.match(await say('/set_refer_audio?refer_audio_path=long.wav'), [
    400,
    { message: 'set refer audio failed' },
  ]);
  t.match(server.state(), { requests: 0, otherRequests: 9, weights: { gpt: 'a.ckpt', sovits: 'default' } });
});

void t.test(
  'openGptSovits() describes its parameters, and an old one takes no number for streaming_mode',
  async (t) => {
    const properties = async (server: { port: number }) => {
      const described = jsonOf(await ask(server.port, { path: '/openapi.json' })) as {
        components: { schemas: { TTS_Request: { properties: Record<string, { default?: unknown }> } } };
      };
      return described.components.schemas.TTS_Request.properties;
    };
    await using current = await openGptSovits();
    await using old = await openGptSovits({ release: 'old' });
    t.same((await properties(current))['min_chunk_length'], {
      type: 'integer',
      title: 'Min Chunk Length',
      default: 16,
    });
    const before = await properties(old);
    t.notOk('min_chunk_length' in before);
    t.equal(before['top_k']?.default, 5);
    const refused = await askTts(old, { streaming_mode: 2 });
    t.equal(refused.status, 422);
    t.match(jsonOf(refused), {
      detail: [{ type: 'bool_parsing', loc: ['body', 'streaming_mode'], input: 2 }],
    });
    t.match(await askTts(old, { streaming_mode: true }), { status: 200, isComplete: true });
  },
);
