import t from 'tap';
import { openConfigured } from './make-config.ts';

void t.test(
  'openEngines() opens every kind in the order of the configuration, and connects to nothing',
  (t) => {
    const address = 'http://127.0.0.1:1';
    const engines = openConfigured(t, [
      {
        id: 'far',
        type: 'openai',
        endpoints: [address, 'http://127.0.0.1:2'],
        voices: [{ name: 'a', voice: 'a' }],
        slots: 4,
      },
      { id: 'gpu', type: 'gpt-sovits', endpoints: [address], voices: [{ name: 'a', refAudio: '/a.wav' }] },
      {
        id: 'whole',
        type: 'gpt-sovits',
        endpoints: [address],
        voices: [{ name: 'a', refAudio: '/a.wav' }],
        streaming: 'off',
      },
      { id: 'old', type: 'gpt-sovits-v1', endpoints: [address], voices: [{ name: 'a', refAudio: '/a.wav' }] },
      { id: 'cosy', type: 'cosyvoice', endpoints: [address], voices: [{ name: 'a' }] },
      { id: 'system', type: 'espeak-ng' },
      { id: 'model', type: 'sherpa-onnx', model: {} },
    ]);
    t.same(
      engines.map(({ id, type, endpoints, draws: { seeds, safer, whole } }) => [
        id,
        type,
        endpoints.map(({ name, slots }) => `${name} x${slots}`).join(', '),
        [seeds, safer, whole].map(Number).join(''),
      ]),
      [
        ['far', 'openai', 'far 127.0.0.1:1 x4, far 127.0.0.1:2 x4', '000'],
        ['gpu', 'gpt-sovits', 'gpu x1', '111'],
        ['whole', 'gpt-sovits', 'whole x1', '110'],
        ['old', 'gpt-sovits-v1', 'old x1', '010'],
        ['cosy', 'cosyvoice', 'cosy x1', '000'],
        ['system', 'espeak-ng', 'system x2', '000'],
        ['model', 'sherpa-onnx', 'model x1', '000'],
      ],
    );
    const restartable = engines.filter(({ endpoints }) =>
      endpoints.some((endpoint) => 'restart' in endpoint),
    );
    t.same(
      restartable.map(({ id }) => id),
      ['gpu', 'whole'],
    );
    t.end();
  },
);
