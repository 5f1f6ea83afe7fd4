/** What workers import from packages, and set-up packs into few files. */
export const packed = [
  '@nats-io/jetstream',
  '@nats-io/kv',
  '@nats-io/nkeys',
  '@nats-io/nkeys/lib/codec.js',
  '@nats-io/transport-node',
  'cockatiel',
  'csv-parse/sync',
  'eventsource-parser',
  'lru-cache',
  'minisearch',
  'opencc-js/dict/TSCharacters',
  'pidusage',
  'pinyin-pro',
  'pino',
  'protobufjs',
  'undici',
  'ws',
  'yaml',
  'zod',
];

/** What stays where it is, because it looks for files beside its own: programs for threads, WebAssembly, native code. */
export const unpacked = [
  '@echogarden/espeak-ng-emscripten',
  '@wasm-audio-decoders/flac',
  '@wasm-audio-decoders/ogg-vorbis',
  'codec-parser',
  'mpg123-decoder',
  'opus-decoder',
  'piscina',
  'speaker',
];
