import type { Exchange } from '../speech/exchange.ts';
import { openSpeechServer, type SpeechDialect, type SpeechServer } from '../speech/server.ts';
import { isSpeakable } from '../speech/voice.ts';
import { Crossing } from './crossing.ts';
import { Pipeline, type PipelineJob } from './pipeline.ts';
import { fillOldApi, type OldApiOptions, type OldApiSettings } from './settings.ts';

/** Opens a simulated server with the interface of the older `api.py`: `/`, `/change_refer`, `/set_model` and `/control`, each by GET and POST. */
export async function openOldGptSovits(options: OldApiOptions = {}): Promise<SpeechServer> {
  const settings = fillOldApi(options);
  return await openSpeechServer(settings, (voice) => dialectOf(settings, new Pipeline({ settings, voice })));
}

const languages: Readonly<Record<string, string>> = {
  中文: 'all_zh',
  粤语: 'all_yue',
  英文: 'en',
  日文: 'all_ja',
  韩文: 'all_ko',
  中英混合: 'zh',
  粤英混合: 'yue',
  日英混合: 'ja',
  韩英混合: 'ko',
  多语种混合: 'auto',
  '多语种混合(粤语)': 'auto_yue',
};
const languageCodes = new Set(Object.values(languages));
const intervalSeconds = 0.3;
const routes = ['/', '/change_refer', '/set_model', '/control'];

type Reference = OldApiSettings['defaultReference'];

function dialectOf(settings: OldApiSettings, pipeline: Pipeline): SpeechDialect {
  const crossing = new Crossing();
  let reference = settings.defaultReference;
  return {
    isSpeech: (method, path) => path === '/' && (method === 'GET' || method === 'POST'),
    refusals: {
      badRequest: { code: 400, message: '未指定参考音频且接口无预设' },
      unprocessable: { detail: [{ type: 'int_parsing', loc: ['query', 'top_k'], msg: '', input: '' }] },
      tooMany: { code: 429, message: 'too many requests' },
    },
    describe: () => ({ version: settings.version, weights: pipeline.weights, reference }),
    restarted: () => {
      reference = settings.defaultReference;
    },
    answer: async (exchange, desk) => {
      const { method, path } = exchange;
      if (!routes.includes(path)) return exchange.json(404, { detail: 'Not Found' });
      if (method !== 'GET' && method !== 'POST') return exchange.json(405, { detail: 'Method Not Allowed' });
      const given = await readGiven(exchange);
      exchange.parameters = Object.fromEntries(given);
      if (path === '/control') return answerControl(exchange, desk, given.get('command'));
      if (path === '/set_model') return answerModel(exchange, pipeline, given);
      const own = referenceOf(given);
      const isOwn = own.path !== '' && own.text !== '' && own.language !== '';
      if (path === '/change_refer') {
        if (!isOwn)
          return exchange.json(400, {
            code: 400,
            message: '缺少任意一项以下参数: "path", "text", "language"',
          });
        reference = own;
        return exchange.json(200, { code: 0, message: 'Success' });
      }
      const used = isOwn ? own : reference;
      if (used.path === '') return exchange.json(400, { code: 400, message: '未指定参考音频且接口无预设' });
      await speakOld(exchange, desk, { settings, pipeline, crossing, given, reference: used });
    },
  };
}

type OldRequest = {
  readonly settings: OldApiSettings;
  readonly pipeline: Pipeline;
  readonly crossing: Crossing;
  readonly given: ReadonlyMap<string, string>;
  readonly reference: Reference;
};

/** Everything is checked in the generator of the body: what is wrong ends the connection after the headers. */
async function speakOld(exchange: Exchange, desk: SpeechServer, request: OldRequest): Promise<void> {
  const { settings, pipeline, crossing, given, reference } = request;
  const text = given.get('text') ?? '';
  exchange.text = text;
  const isStream = settings.streamMode === 'normal';
  const known = [reference.language, given.get('text_language') ?? ''].every((language) =>
    isLanguage(language),
  );
  if (!known || !given.has('text') || !hasReference(pipeline, reference.path)) {
    exchange.begin({ 'content-type': 'audio/wav' });
    return await exchange.cut();
  }
  const job: PipelineJob = {
    fragments: cutText(text, given.get('cut_punc') ?? '').filter(isSpeakable),
    seed: desk.random.whole(0, 2 ** 31),
    speed: Number(given.get('speed') ?? 1) || 1,
    interval: intervalSeconds,
    reference: reference.path,
    pieces: isStream ? 'fragments' : 'one',
    sampling: '',
  };
  using mix = crossing.enter();
  await desk.speak(exchange, {
    text,
    // Whole or not, its body is chunked; whole it is one chunk, with the true sizes in the header.
    streamed: true,
    blocking: false,
    container: 'wav',
    streamHeader: isStream ? 0 : 'true',
    contentType: 'audio/wav',
    render: (how) => pipeline.render(job, how),
    other: (sampleRateHz) => pipeline.leak(job, sampleRateHz),
    outcome: settings.wrapShare > 0 ? 'repairable' : 'right',
    mix,
  });
}

async function readGiven(exchange: Exchange): Promise<Map<string, string>> {
  if (exchange.method === 'GET') return new Map(exchange.query);
  const body: unknown = JSON.parse((await exchange.body()).toString() || '{}');
  const entries = typeof body === 'object' && body !== null ? Object.entries(body) : [];
  return new Map(entries.flatMap(([key, value]) => (value === null ? [] : [[key, String(value)] as const])));
}

function answerControl(exchange: Exchange, desk: SpeechServer, command: string | undefined): void {
  if (command === 'restart') return desk.restart();
  if (command === 'exit') return desk.exit();
  exchange.json(200, null);
}

function answerModel(exchange: Exchange, pipeline: Pipeline, given: ReadonlyMap<string, string>): void {
  const gpt = given.get('gpt_model_path') ?? '';
  const sovits = given.get('sovits_model_path') ?? '';
  try {
    pipeline.setWeights({ ...(gpt === '' ? {} : { gpt }), ...(sovits === '' ? {} : { sovits }) });
    exchange.json(200, { code: 0, message: 'Success' });
  } catch (error) {
    exchange.json(400, { code: 400, message: error instanceof Error ? error.message : String(error) });
  }
}

function referenceOf(given: ReadonlyMap<string, string>): Reference {
  return {
    path: given.get('refer_wav_path') ?? '',
    text: given.get('prompt_text') ?? '',
    language: given.get('prompt_language') ?? '',
  };
}

function hasReference(pipeline: Pipeline, path: string): boolean {
  try {
    pipeline.checkReference(path);
    return true;
  } catch {
    return false;
  }
}

function isLanguage(name: string): boolean {
  return Object.hasOwn(languages, name) || languageCodes.has(name.toLowerCase());
}

/** At each of the given marks, which stay with what is before them; without any, at line ends. */
function cutText(text: string, marks: string): string[] {
  const known = marks.replaceAll(/[^,.;?!、，。？！；：…]/gu, '');
  const lines = text.split('\n');
  if (known === '') return lines;
  return lines.flatMap((line) => line.split(new RegExp(`(?<=[${known}])`, 'u')));
}
