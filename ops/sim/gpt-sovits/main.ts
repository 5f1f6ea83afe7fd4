import { readChoice, readNumber, runProgram, type Given } from '../speech/command-line.ts';
import { openOldGptSovits } from './old-server.ts';
import { openGptSovits } from './server.ts';
import { modelVersions } from './settings.ts';

const text = { type: 'string' } as const;

await runProgram({
  title: 'Simulated GPT-SoVITS server on 127.0.0.1.',
  options: {
    version: text,
    release: text,
    api: text,
    reference: { type: 'string', multiple: true },
    'wrap-share': text,
    'stream-mode': text,
  },
  help: `  --api v2 | v1              v2: api_v2.py (default), v1: the older api.py
  --version VERSION          of the model: ${modelVersions.join(' | ')} (default v2ProPlus)
  --release current | old    old: from before the integer form of streaming_mode
  --reference PATH=SECONDS   a reference sound that there is; without any, every path is there
  --wrap-share SHARE         share of the fragments whose peak wraps around (default 0)
  --stream-mode close | normal   of api.py
`,
  open: async (given, common) => {
    const version = readChoice(given, 'version', modelVersions);
    const release = readChoice(given, 'release', ['current', 'old']);
    const wrapShare = readNumber(given, 'wrap-share', { max: 1, whole: false });
    const streamMode = readChoice(given, 'stream-mode', ['close', 'normal']);
    const references = readReferences(given);
    const options = {
      ...common,
      ...(version ? { version } : {}),
      ...(release ? { release } : {}),
      ...(references ? { references } : {}),
      ...(wrapShare === undefined ? {} : { wrapShare }),
    };
    if (readChoice(given, 'api', ['v1', 'v2']) !== 'v1') return await openGptSovits(options);
    return await openOldGptSovits({ ...options, ...(streamMode ? { streamMode } : {}) });
  },
});

function readReferences(given: Given): Record<string, number> | undefined {
  const list: unknown = given['reference'];
  if (!Array.isArray(list)) return undefined;
  return Object.fromEntries(
    list.map((entry) => {
      const [path = '', seconds = ''] = String(entry).split('=');
      return [path, readNumber({ reference: seconds }, 'reference', { max: 3_600, whole: false }) ?? 0];
    }),
  );
}
