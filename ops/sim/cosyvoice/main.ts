import { readChoice, readNumber, runProgram } from '../speech/command-line.ts';
import { openCosyVoice } from './server.ts';

const text = { type: 'string' } as const;

await runProgram({
  title: 'Simulated CosyVoice server on 127.0.0.1.',
  options: { version: text, 'noise-tail': text, speaker: { type: 'string', multiple: true } },
  help: `  --version v1 | v2 | v3     v1: 22050 Hz, else 24000 (default v2)
  --noise-tail SHARE         share of the answers that ends in 40 ms of noise (default 0)
  --speaker NAME             who can be asked for; may be given several times; without any, anybody
`,
  open: async (given, common) => {
    const version = readChoice(given, 'version', ['v1', 'v2', 'v3']);
    const noiseTail = readNumber(given, 'noise-tail', { max: 1, whole: false });
    const speakers: unknown = given['speaker'];
    return await openCosyVoice({
      ...common,
      ...(version ? { version } : {}),
      ...(noiseTail === undefined ? {} : { noiseTail }),
      ...(Array.isArray(speakers) ? { speakers: speakers.map(String) } : {}),
    });
  },
});
