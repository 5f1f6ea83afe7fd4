import { EventEmitter, once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import type { OutputKind } from '../../../protocol/config.ts';
import type { OutputChainOptions } from '../../../workers/audio/output-chain.ts';
import { OutputChain } from '../../../workers/audio/output-chain.ts';
import type { Found } from '../../../workers/audio/outputs/find-output.ts';
import { findOutput } from '../../../workers/audio/outputs/find-output.ts';
import type { SinkSpec } from '../../../workers/audio/outputs/sink-process.ts';
import { openLogger } from '../../../workers/logger.ts';
import { placeIn } from './outputs/place.ts';
import { StreamClient } from './outputs/stream/stream-client.ts';
import { readWav } from './outputs/wav.ts';

const log = openLogger({});
log.level = 'silent';

const frame = Buffer.from(new Int16Array(960).fill(1_000).buffer);

const failing = (name: string): SinkSpec => ({
  name,
  command: process.execPath,
  args: ['-e', 'console.error("error: unplugged"); process.exit(4)'],
  reports: false,
  primeMs: 0,
  canWait: false,
  keepsTime: false,
});

interface ChainOptions {
  outputs: OutputKind[];
  also?: OutputKind[];
  /** Of the stream. */
  port?: number;
  record?: boolean;
  find?: (kind: OutputKind) => Found | undefined;
  inherited?: string;
  named?: OutputChainOptions['named'];
}

async function choose(
  t: Test,
  { outputs, also = [], port = 0, record = false, find = () => undefined, inherited, named }: ChainOptions,
) {
  const dir = t.testdir();
  const said = new EventEmitter();
  const notices: string[] = [];
  const chain = await OutputChain.choose(
    {
      room: 'demo',
      audio: { outputs, also, record },
      place: { ...placeIn(dir), stream: { ...placeIn(dir).stream, port } },
      counters: {},
      log,
      notice: (level, text) => {
        notices.push(`${level} ${text}`);
        said.emit('notice');
      },
      ...(named ? { named } : {}),
      find: async (kind, place, signal) => find(kind) ?? (await findOutput(kind, place, signal)),
    },
    new AbortController().signal,
    inherited,
  );
  t.teardown(async () => await chain[Symbol.asyncDispose]());
  const heard = async (pattern: RegExp) => {
    while (!notices.some((text) => pattern.test(text))) await once(said, 'notice');
  };
  return { chain, notices, heard, file: join(dir, 'demo.wav') };
}

void t.test('choose() passes over outputs that do not work, and start() says which one does', async (t) => {
  const { chain, notices } = await choose(t, {
    outputs: ['speaker', 'null'],
    find: (kind) => (kind === 'speaker' ? { works: false, reason: 'no device' } : undefined),
  });
  t.equal(chain.name, 'null');
  t.notOk(chain.accepting, 'not before it plays');
  chain.start();
  t.ok(chain.accepting);
  t.strictSame(notices, [
    'warn sound of room demo: "speaker" does not work (no device), trying "null"',
    'info sound of room demo: null',
  ]);
});

void t.test('OutputChain starts a dying sink again, then gives it up for the next', async (t) => {
  const { chain, notices, heard } = await choose(t, {
    outputs: ['speaker', 'null'],
    find: (kind) => (kind === 'speaker' ? { works: true, spec: failing('speaker') } : undefined),
  });
  chain.start();
  await heard(/^info .*: null$/);
  t.equal(notices.filter((text) => /ended .*unplugged.*starting it again/.test(text)).length, 2);
  t.equal(notices.filter((text) => /does not work .*unplugged.*trying "null"/.test(text)).length, 1);
  t.equal(chain.name, 'null');
});

void t.test('OutputChain takes nothing while no output works, and then the first that does', async (t) => {
  let tries = 0;
  const { chain, heard } = await choose(t, {
    outputs: ['speaker'],
    find: () => {
      tries += 1;
      return tries < 3 ? { works: false, reason: 'no device' } : { works: true, spec: nullSpec };
    },
  });
  const found = await findOutput('null', placeIn(''), AbortSignal.timeout(1_000));
  if (!found.works) throw new Error(found.reason);
  const nullSpec = found.spec;
  chain.start();
  await heard(/^warn .*no output works/);
  t.notOk(chain.accepting);
  t.ok(chain.broken);
  chain.write(frame, performance.now());
  await heard(/^info .*: null$/);
  t.notOk(chain.broken);
});

void t.test('OutputChain takes nothing while only the recording beside it works', async (t) => {
  const { chain } = await choose(t, {
    outputs: ['speaker'],
    record: true,
    find: () => ({ works: false, reason: 'no device' }),
  });
  chain.start();
  t.notOk(chain.accepting);
  t.ok(chain.broken);
});

void t.test('OutputChain records beside its output, in one file with a fallback to file', async (t) => {
  let alive = true;
  const { chain, heard, file } = await choose(t, {
    outputs: ['speaker', 'file'],
    record: true,
    find: (kind) => (kind === 'speaker' && alive ? { works: true, spec: slowlyFailing } : undefined),
  });
  chain.start();
  const timer = setInterval(() => chain.write(frame, performance.now()), 20);
  t.teardown(() => clearInterval(timer));
  await heard(/^info .*: file$/);
  alive = false;
  const before = chain.takeLost();
  t.ok(before >= 0);
  for (let n = 0; n < 10; n++) chain.write(frame, performance.now());
  clearInterval(timer);
  await chain[Symbol.asyncDispose]();
  await chain[Symbol.asyncDispose]();
  const { samples } = readWav(file);
  t.ok(samples.filter((value) => value === 1_000).length >= 10 * 960);
});

const slowlyFailing: SinkSpec = {
  ...failing('speaker'),
  args: ['-e', 'setTimeout(() => process.exit(4), 100)'],
};

void t.test('choose() takes what another one plays on without trying it', async (t) => {
  const find = (kind: OutputKind): Found => {
    throw new Error(`tried "${kind}"`);
  };
  const { chain, notices } = await choose(t, {
    outputs: ['speaker', 'file', 'null'],
    inherited: 'null',
    find,
  });
  t.equal(chain.name, 'null');
  chain.follow('file');
  t.equal(chain.name, 'file');
  chain.follow('player (unheard-of)');
  chain.follow('none');
  t.equal(chain.name, 'file', 'what is not known here changes nothing');
  chain.start();
  t.ok(chain.accepting);
  chain.follow('null');
  t.equal(chain.name, 'file', 'now it decides by itself');
  t.strictSame(notices, ['info sound of room demo: file']);
});

void t.test('choose() finds its own when the other one plays on nothing that is configured', async (t) => {
  const { chain } = await choose(t, { outputs: ['null'], inherited: 'file' });
  t.equal(chain.name, 'null');
});

void t.test('OutputChain waits for a device that the one before still holds', async (t) => {
  const tries = join(t.testdirName, 'tries');
  const held = `
    const { appendFileSync, readFileSync } = require('node:fs');
    appendFileSync(${JSON.stringify(tries)}, 'x');
    if (readFileSync(${JSON.stringify(tries)}).length < 4) process.exit(4);
    process.stdin.resume().on('end', () => process.exit(0));`;
  const { chain, notices } = await choose(t, {
    outputs: ['speaker', 'null'],
    inherited: 'speaker',
    named: () => ({ kind: 'speaker', spec: { ...failing('speaker'), args: ['-e', held] } }),
  });
  chain.start();
  // Three deaths are otherwise enough to give it up.
  while (!existsSync(tries) || readFileSync(tries).length < 4)
    await new Promise((resolve) => setTimeout(resolve, 5));
  t.equal(chain.name, 'speaker');
  t.notOk(notices.some((text) => text.includes('does not work')));
});

/** Writes every 20 ms, as the clock of a room does. */
function play(t: Test, chain: OutputChain): () => void {
  const timer = setInterval(() => chain.write(frame, performance.now()), 20);
  const stop = () => clearInterval(timer);
  t.teardown(stop);
  return stop;
}

void t.test(
  'OutputChain plays on all outputs beside the chosen one at once, and says where the stream is',
  async (t) => {
    const { chain, notices, heard, file } = await choose(t, { outputs: ['null'], also: ['stream', 'file'] });
    chain.start();
    play(t, chain);
    await heard(/^info sound of room demo: stream at /);
    const url = /http:\S+/.exec(notices.find((text) => text.includes('stream at')) ?? '')?.[0] ?? '';
    const client = new StreamClient(t, url);
    await client.until(({ frames }) => frames.length >= 10);
    t.ok(client.pcm.every((value) => value === 1_000));
    t.equal(chain.name, 'null');
    await chain[Symbol.asyncDispose]();
    const { samples } = readWav(file);
    t.ok(samples.length > 10 * 960);
    t.strictSame(
      notices.filter((text) => text.startsWith('warn')),
      [],
    );
  },
);

void t.test('OutputChain starts what is beside it again, without touching the chosen output', async (t) => {
  const { chain, notices, heard } = await choose(t, {
    outputs: ['null'],
    also: ['player'],
    find: (kind) => (kind === 'player' ? { works: true, spec: failing('player (x)') } : undefined),
  });
  chain.start();
  play(t, chain);
  await heard(/"player" beside it: ended .*unplugged.*trying it again/);
  t.ok(chain.accepting);
  t.equal(chain.name, 'null');
  t.equal(chain.takeLost(), 0);
  t.strictSame(
    notices.filter((text) => text.startsWith('info')),
    ['info sound of room demo: null'],
  );
});

void t.test('OutputChain says once why an output beside it does not work', async (t) => {
  let tries = 0;
  const enough = Promise.withResolvers<void>();
  const { chain, notices } = await choose(t, {
    outputs: ['null'],
    also: ['player'],
    find: (kind) => {
      if (kind !== 'player') return undefined;
      tries += 1;
      if (tries === 3) enough.resolve();
      return { works: false, reason: 'none is installed' };
    },
  });
  chain.start();
  await enough.promise;
  t.strictSame(
    notices.filter((text) => text.startsWith('warn')),
    ['warn sound of room demo: "player" beside it: none is installed, trying it again'],
  );
});

void t.test('OutputChain opens no output twice', async (t) => {
  const { chain, heard, notices } = await choose(t, {
    outputs: ['speaker', 'stream'],
    also: ['stream', 'stream'],
    find: (kind) => (kind === 'speaker' ? { works: true, spec: failing('speaker') } : undefined),
  });
  chain.start();
  play(t, chain);
  // The one beside is stopped, and the same address is the chosen one's now.
  await heard(/^info sound of room demo: stream$/);
  const before = notices.length;
  while (!notices.slice(before).some((text) => text.includes('stream at')))
    await heard(/stream at/).then(nextTurn);
  t.equal(chain.name, 'stream');
  const urls = notices.flatMap((text) => /http:\S+/.exec(text)?.[0] ?? []);
  t.equal(new Set(urls).size, 1, urls.join(', '));
});

const nextTurn = async () => await new Promise((resolve) => setTimeout(resolve, 5));

void t.test(
  'OutputChain takes the stream when no device works, and the next when its port is taken',
  async (t) => {
    const gone = (kind: OutputKind): Found | undefined =>
      kind === 'speaker' ? { works: false, reason: 'no device' } : undefined;
    const { chain } = await choose(t, { outputs: ['speaker', 'stream', 'null'], find: gone });
    t.equal(chain.name, 'stream');
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    t.teardown(() => other.close());
    const { port } = other.address() as AddressInfo;
    const { chain: second, notices } = await choose(t, {
      outputs: ['speaker', 'stream', 'null'],
      find: gone,
      port,
    });
    t.equal(second.name, 'null');
    t.match(
      notices[1],
      `warn sound of room demo: "stream" does not work (port ${port} of 127.0.0.1 is taken)`,
    );
  },
);
