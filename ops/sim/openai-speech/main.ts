import { readNumber, runProgram } from '../speech/command-line.ts';
import { openOpenAiSpeech } from './server.ts';

const text = { type: 'string' } as const;

await runProgram({
  title: 'Simulated server of /v1/audio/speech on 127.0.0.1.',
  options: {
    'api-key': text,
    'sample-rate': text,
    'tell-rate': { type: 'boolean' },
    whole: { type: 'boolean' },
    'max-in-flight': text,
  },
  help: `  --api-key TEXT             asked for as a bearer token
  --sample-rate HZ           of the sound (default 24000)
  --tell-rate                audio/pcm;rate=… instead of audio/pcm
  --whole                    answers have their length; else they are chunked
  --max-in-flight N          beyond it 429 (default 0: any number is taken)
`,
  open: async (given, common) => {
    const sampleRateHz = readNumber(given, 'sample-rate', { max: 192_000, whole: true });
    const maxInFlight = readNumber(given, 'max-in-flight', { max: 10_000, whole: true });
    const apiKey = given['api-key'];
    return await openOpenAiSpeech({
      ...common,
      ...(sampleRateHz ? { sampleRateHz } : {}),
      ...(maxInFlight === undefined ? {} : { maxInFlight }),
      ...(typeof apiKey === 'string' ? { apiKey } : {}),
      ...(given['whole'] === true ? { pieceSeconds: 0 } : {}),
      tellRate: given['tell-rate'] === true,
    });
  },
});
