import t, { type Test } from 'tap';
import { openGptSovits } from '../../../../ops/sim/gpt-sovits/server.ts';
import type { SpeechFault } from '../../../../protocol/simulated-faults.ts';
import { isSameSound, readWav, type Heard } from '../speech/raw-client.ts';
import { askTts } from './ask-tts.ts';

type Wav = ReturnType<typeof readWav>;
type SoundFault = {
  readonly looks: (t: Test, wav: Wav, plain: Wav) => void;
  readonly heard?: Partial<Heard>;
};

const text = '大家好，欢迎来到直播间。';
const isSilent = (samples: Int16Array) => samples.every((sample) => sample === 0);
const isSame = (t: Test, one: Int16Array, other: Int16Array) =>
  t.ok(isSameSound(one, other), 'these samples');

/** What is in the answers whose sound, or its header, is not as it should be; complete ones, unless something else is said. */
const faults: Partial<Record<SpeechFault, SoundFault>> = {
  ok: { looks: (t, wav, plain) => isSame(t, wav.samples, plain.samples) },
  sentinel: {
    looks: (t, { rateHz, samples }) => {
      t.same([rateHz, samples.length], [16_000, 16_000]);
      t.ok(isSilent(samples));
    },
  },
  'header-size-zero': {
    looks: (t, { riffBytes, dataBytes, samples }, plain) => {
      t.same([riffBytes, dataBytes], [36, 0]);
      isSame(t, samples, plain.samples);
    },
  },
  'wrong-rate': {
    looks: (t, { rateHz, samples }, plain) => {
      t.equal(rateHz, 16_000);
      isSame(t, samples, plain.samples);
    },
  },
  'v4-rate': {
    looks: (t, { rateHz, samples }, plain) => {
      t.equal(rateHz, 48_000);
      t.ok(Math.abs(samples.length - plain.samples.length * 1.5) < 2, 'as long as it was');
    },
  },
  'nan-silence': {
    looks: (t, { rateHz, samples }, plain) => {
      t.same([rateHz, samples.length], [32_000, plain.samples.length]);
      t.ok(isSilent(samples));
    },
  },
  blank: {
    looks: (t, { samples }, plain) => {
      t.equal(samples.length, plain.samples.length);
      t.ok(!isSilent(samples) && samples.every((sample) => Math.abs(sample) <= 12));
    },
  },
  'wrap-click': {
    looks: (t, { samples }, plain) => {
      t.equal(samples.length, plain.samples.length);
      const at = samples.indexOf(-32_768);
      t.ok(
        at > 0 && (samples[at - 1] ?? 0) > 16_000 && (samples[at + 1] ?? 0) > 16_000,
        'between large ones',
      );
    },
  },
  clipping: {
    looks: (t, { samples }, plain) => {
      t.equal(samples.length, plain.samples.length);
      const full = samples.filter((sample) => Math.abs(sample) === 32_767).length;
      t.ok(full > samples.length * 0.01, `${full} samples at full scale`);
    },
  },
  truncated: {
    looks: (t, { samples }, plain) =>
      isSame(t, samples, plain.samples.subarray(0, Math.floor(plain.samples.length * 0.6))),
  },
  loop: {
    looks: (t, { rateHz, samples }) => {
      t.equal(samples.length, 60 * rateHz);
      const turn = rateHz * 0.3;
      isSame(t, samples.subarray(-turn), samples.subarray(-2 * turn, -turn));
    },
  },
  'reference-leak': {
    looks: (t, { rateHz, samples }, plain) => {
      const before = samples.length - plain.samples.length;
      t.ok(before > rateHz, 'more than a second of something else');
      isSame(t, samples.subarray(before), plain.samples);
    },
  },
  'crossed-voices': {
    looks: (t, { rateHz, samples }, plain) => {
      t.equal(samples.length, plain.samples.length);
      const block = (sound: Int16Array, index: number) =>
        sound.subarray((index * rateHz) / 4, ((index + 1) * rateHz) / 4);
      isSame(t, block(samples, 2), block(plain.samples, 2));
      t.notOk(isSameSound(block(samples, 1), block(plain.samples, 1)), 'somebody else in between');
    },
  },
  'noise-tail': {
    looks: (t, { rateHz, samples }, plain) => {
      t.equal(samples.length - plain.samples.length, rateHz * 0.04);
      isSame(t, samples.subarray(0, plain.samples.length), plain.samples);
      t.ok(samples.subarray(plain.samples.length).some((sample) => Math.abs(sample) > 3_000));
    },
  },
  'partial-zeros-reset': {
    heard: { isComplete: false, ending: 'in order' },
    looks: (t, { samples }, plain) => {
      const half = Math.floor(plain.samples.length / 2);
      t.equal(samples.length, half + 16_000);
      isSame(t, samples.subarray(0, half), plain.samples.subarray(0, half));
      t.ok(isSilent(samples.subarray(half)));
    },
  },
};

for (const [fault, { looks, heard = {} }] of Object.entries(faults)) {
  void t.test(`openGptSovits() sends a sound with the fault ${fault}, whole and as a stream`, async (t) => {
    await using server = await openGptSovits({ times: { reloadMs: 0 } });
    const plain = readWav((await askTts(server, { text })).body);
    server.changeFaults({ always: fault as SpeechFault });
    for (const streaming_mode of [0, 2]) {
      const answer = await askTts(server, { text, streaming_mode });
      t.match(answer, {
        status: 200,
        headers: { 'content-type': 'audio/wav' },
        isComplete: true,
        ending: 'in order',
        ...heard,
      });
      looks(t, readWav(answer.body), plain);
    }
    t.match(server.state(), { faults: { [fault]: fault === 'ok' ? 3 : 2 } });
    const outcomes: SpeechFault[] = ['ok', 'header-size-zero', 'v4-rate', 'wrap-click', 'noise-tail'];
    const isRight = outcomes.includes(fault as SpeechFault);
    t.match(server.log(1), [
      { fault, isRight },
      { fault, isRight },
    ]);
  });
}

void t.test('openGptSovits() speaks with the voice from before when weights race', async (t) => {
  await using server = await openGptSovits();
  const said = async (fault: SpeechFault) =>
    readWav((await askTts(server, { text }, { fault })).body).samples;
  const before = await said('ok');
  await fetch(`${server.url}/set_sovits_weights?weights_path=other.pth`).then((answer) =>
    answer.arrayBuffer(),
  );
  const after = await said('ok');
  t.notOk(isSameSound(after, before), 'another voice');
  t.ok(isSameSound(await said('weights-race'), before), 'the earlier one');
});
