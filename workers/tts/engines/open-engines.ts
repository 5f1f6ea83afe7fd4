import { resolve } from 'node:path';
import type { TtsConfig, TtsEngineConfig } from '../../../protocol/tts-config.ts';
import type { Engine } from '../endpoint.ts';
import { openCosyVoice } from './cosyvoice/open-cosyvoice.ts';
import type { EngineParts } from './engine-parts.ts';
import { openEspeakNg } from './espeak-ng/open-espeak-ng.ts';
import { openGptSovitsV1 } from './gpt-sovits-v1/open-gpt-sovits-v1.ts';
import { openGptSovits } from './gpt-sovits/open-gpt-sovits.ts';
import { openOpenAi } from './openai/open-openai.ts';
import { openSherpaOnnx } from './sherpa-onnx/open-sherpa-onnx.ts';

export interface OpenEnginesOptions {
  log: EngineParts['log'];
  /** Folder against which relative paths are read; the project's own unless told. */
  project?: string;
}

/** Against which the names of files in a configuration are read. */
export const ownFolder = resolve(import.meta.dirname, '../../..');

/** The configured engines, in order of preference. Nothing is connected or started yet. Throws ConfigurationError. */
export function openEngines(
  { engines }: Pick<TtsConfig, 'engines'>,
  { log, project = ownFolder }: OpenEnginesOptions,
): Engine[] {
  return engines.map((config, index) => openEngine(config, { log, project, path: `tts.engines[${index}]` }));
}

function openEngine(config: TtsEngineConfig, parts: EngineParts): Engine {
  switch (config.type) {
    case 'gpt-sovits':
      return openGptSovits(config, parts);
    case 'gpt-sovits-v1':
      return openGptSovitsV1(config, parts);
    case 'openai':
      return openOpenAi(config, parts);
    case 'cosyvoice':
      return openCosyVoice(config, parts);
    case 'espeak-ng':
      return openEspeakNg(config, parts);
    case 'sherpa-onnx':
      return openSherpaOnnx(config, parts);
  }
}
