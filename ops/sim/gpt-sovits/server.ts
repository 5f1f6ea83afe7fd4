import type { Exchange } from '../speech/exchange.ts';
import { openSpeechServer, type SpeechDialect, type SpeechServer } from '../speech/server.ts';
import { Crossing } from './crossing.ts';
import { fieldsOf, readFields, type Detail } from './fields.ts';
import { describeApi } from './openapi.ts';
import { Pipeline } from './pipeline.ts';
import { fillGptSovits, type GptSovitsOptions, type GptSovitsSettings } from './settings.ts';
import { answerTts } from './tts.ts';

/**
 * Opens a simulated GPT-SoVITS server with the interface of `api_v2.py`.
 *
 * @throws the system's error when the port is taken or the log cannot be opened; {TypeError} for faults that contradict each other.
 */
export async function openGptSovits(options: GptSovitsOptions = {}): Promise<SpeechServer> {
  const settings = fillGptSovits(options);
  return await openSpeechServer(settings, (voice) => dialectOf(settings, new Pipeline({ settings, voice })));
}

function dialectOf(settings: GptSovitsSettings, pipeline: Pipeline): SpeechDialect {
  const crossing = new Crossing();
  return {
    isSpeech: (method, path) => path === '/tts' && (method === 'GET' || method === 'POST'),
    refusals: {
      badRequest: { message: 'text_lang: xx is not supported in version ' + settings.version },
      unprocessable: { detail: boolDetail(2) },
      tooMany: { message: 'too many requests' },
    },
    describe: () => ({ version: settings.version, release: settings.release, weights: pipeline.weights }),
    answer: async (exchange, desk) => {
      const { method, path } = exchange;
      const methods = routes[path];
      if (!methods) return exchange.json(404, { detail: 'Not Found' });
      if (!methods.includes(method))
        return exchange.json(405, { detail: 'Method Not Allowed' }, { allow: methods.join(', ') });
      if (path === '/tts') return await answerAnyTts(exchange, desk, { settings, pipeline, crossing });
      if (path === '/openapi.json') return exchange.json(200, describeApi(fieldsOf(settings.release)));
      if (path === '/docs')
        return exchange.answer(200, '<!DOCTYPE html><title>FastAPI - Swagger UI</title>\n', {
          'content-type': 'text/html; charset=utf-8',
        });
      exchange.parameters = Object.fromEntries(exchange.query);
      if (path === '/control') return answerControl(exchange, desk);
      return answerSetter(exchange, pipeline);
    },
  };
}

const routes: Readonly<Record<string, readonly string[]>> = {
  '/tts': ['GET', 'POST'],
  '/control': ['GET'],
  '/set_gpt_weights': ['GET'],
  '/set_sovits_weights': ['GET'],
  '/set_refer_audio': ['GET'],
  '/openapi.json': ['GET'],
  '/docs': ['GET'],
};

type Parts = { settings: GptSovitsSettings; pipeline: Pipeline; crossing: Crossing };

async function answerAnyTts(exchange: Exchange, desk: SpeechServer, parts: Parts): Promise<void> {
  const fields = fieldsOf(parts.settings.release);
  const isPost = exchange.method === 'POST';
  const given = isPost ? await readJson(exchange) : Object.fromEntries(exchange.query);
  if (given === undefined) return;
  const read = readFields(given, fields, isPost ? 'body' : 'query');
  exchange.parameters = given;
  if (!read.ok) return exchange.json(422, { detail: read.detail });
  const values = { ...read.values };
  if (!isPost) {
    for (const name of ['text_lang', 'prompt_lang']) {
      const language = values[name];
      // Made small without a look whether it is there.
      if (typeof language !== 'string')
        return exchange.answer(500, 'Internal Server Error', { 'content-type': 'text/plain; charset=utf-8' });
      values[name] = language.toLowerCase();
    }
  }
  await answerTts({ exchange, parameters: values, ...parts }, desk);
}

/** The object in the body; when there is none that is answered. */
async function readJson(exchange: Exchange): Promise<Record<string, unknown> | undefined> {
  const body = (await exchange.body()).toString();
  const refuse = (type: string, msg: string, input: unknown) => {
    exchange.json(422, { detail: [{ type, loc: ['body'], msg, input }] });
    return undefined;
  };
  if (body === '') return refuse('missing', 'Field required', null);
  const type = exchange.header('content-type');
  const notAnObject = 'Input should be a valid dictionary or object to extract fields from';
  if (type !== '' && !/^application\/(\w+\+)?json/i.test(type))
    return refuse('model_attributes_type', notAnObject, body);
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
    return refuse('model_attributes_type', notAnObject, value);
  } catch {
    return refuse('json_invalid', 'JSON decode error', {});
  }
}

/** GET only, whatever its documentation says. */
function answerControl(exchange: Exchange, desk: SpeechServer): void {
  const command = exchange.query.get('command');
  if (command === null) return exchange.json(400, { message: 'command is required' });
  if (command === 'restart') return desk.restart();
  if (command === 'exit') return desk.exit();
  exchange.json(200, null);
}

function answerSetter(exchange: Exchange, pipeline: Pipeline): void {
  const { path, query } = exchange;
  const kind = path === '/set_gpt_weights' ? 'gpt' : 'sovits';
  const weights = query.get('weights_path') ?? '';
  const isWeights = path !== '/set_refer_audio';
  if (isWeights && weights === '') return exchange.json(400, { message: `${kind} weight path is required` });
  try {
    if (isWeights) pipeline.setWeights({ [kind]: weights });
    else pipeline.checkReference(query.get('refer_audio_path') ?? '');
    exchange.json(200, { message: 'success' });
  } catch (error) {
    exchange.json(400, {
      message: isWeights ? `change ${kind} weight failed` : 'set refer audio failed',
      Exception: error instanceof Error ? error.message : String(error),
    });
  }
}

function boolDetail(input: unknown): Detail[] {
  const msg = 'Input should be a valid boolean, unable to interpret input';
  return [{ type: 'bool_parsing', loc: ['body', 'streaming_mode'], msg, input }];
}
