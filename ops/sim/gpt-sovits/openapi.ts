import type { Field } from './fields.ts';

const types = {
  str: { type: 'string' },
  int: { type: 'integer' },
  float: { type: 'number' },
  bool: { type: 'boolean' },
  list: { type: 'array', items: {} },
  'bool|int': { anyOf: [{ type: 'boolean' }, { type: 'integer' }] },
} as const;

/** `/openapi.json`, as far as clients read it to find out what the server can do. */
export function describeApi(fields: readonly Field[]): object {
  const properties = fields.map(({ name, type, fallback }) => [
    name,
    { ...types[type], title: titleOf(name), ...(fallback === null ? {} : { default: fallback }) },
  ]);
  const json = { 'application/json': { schema: { $ref: '#/components/schemas/TTS_Request' } } };
  const get = { responses: { 200: { description: 'Successful Response' } } };
  return {
    openapi: '3.1.0',
    info: { title: 'FastAPI', version: '0.1.0' },
    paths: {
      '/control': { get },
      '/tts': { get, post: { ...get, requestBody: { content: json, required: true } } },
      '/set_refer_audio': { get },
      '/set_gpt_weights': { get },
      '/set_sovits_weights': { get },
    },
    components: {
      schemas: {
        TTS_Request: { properties: Object.fromEntries(properties), type: 'object', title: 'TTS_Request' },
      },
    },
  };
}

function titleOf(name: string): string {
  return name
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}
