import { getEventListeners, once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Worker } from 'node:worker_threads';
import t from 'tap';
import type { Test } from 'tap';
import { EngineError } from '../../../../workers/tts/endpoint.ts';
import { fetchSound } from '../../../../workers/tts/http/fetch-sound.ts';
import { HttpLink } from '../../../../workers/tts/http/http-link.ts';
import { WavReader } from '../../../../workers/tts/wav-stream.ts';
import { makeWav, sawtooth } from '../make-wav.ts';
import { openRawServer, openServer, reset } from '../open-server.ts';

const generous = {
  connectMs: 20_000,
  firstByteMs: 20_000,
  gapMs: 20_000,
  totalMs: 20_000,
  maxBytes: 1_000_000,
};
const wav = makeWav(sawtooth(1_000), { dataSize: 0 });
const request = { method: 'POST', route: '/tts', body: '{}' } as const;

function openLink(
  t: Test,
  address: string,
  { connectMs = generous.connectMs, connections = 1 } = {},
): HttpLink {
  const link = new HttpLink(address, { connectMs, connections });
  t.teardown(async () => await link[Symbol.asyncDispose]());
  return link;
}

async function fetchFrom(
  link: HttpLink,
  limits: Partial<typeof generous> = {},
  { signal = new AbortController().signal, onFirstByte = () => undefined as void } = {},
) {
  const options = { limits: { ...generous, ...limits }, signal, onFirstByte };
  return await fetchSound(link, request, { ...options, openReader: () => new WavReader() });
}

function sendWav(answer: ServerResponse): void {
  answer.writeHead(200, { 'content-type': 'audio/wav' });
  answer.end(wav);
}

void t.test(
  'fetchSound() reads a sound that comes in pieces, and tells when its first sample is there',
  async (t) => {
    const server = await openServer(t, (answer) => {
      answer.writeHead(200, { 'content-type': 'audio/wav' });
      answer.write(wav.subarray(0, 44));
      void heard.promise.then(() => answer.end(wav.subarray(500)));
      answer.write(wav.subarray(44, 500));
    });
    const heard = Promise.withResolvers<void>();
    let times = 0;
    const onFirstByte = () => {
      times += 1;
      heard.resolve();
    };
    const sound = await fetchFrom(openLink(t, server.address), {}, { onFirstByte });
    t.same([sound.samples.length, sound.sampleRateHz, times], [1_000, 32_000, 1]);
  },
);

void t.test(
  'fetchSound() uses a connection again, and opens as many as it is asked for at a time',
  async (t) => {
    const server = await openServer(t, sendWav);
    const link = openLink(t, server.address);
    for (let time = 0; time < 5; time++) await fetchFrom(link);
    t.equal(server.connections(), 1);
    const several = openLink(t, server.address, { connections: 3 });
    await Promise.all([fetchFrom(several), fetchFrom(several), fetchFrom(several)]);
    t.equal(server.connections(), 4);
  },
);

void t.test(
  'fetchSound() gives up at each deadline with its own code, and ends the connection',
  async (t) => {
    const cases: {
      code: string;
      limits: Partial<typeof generous>;
      answering: (answer: ServerResponse) => void;
    }[] = [
      { code: 'first-byte-timeout', limits: { firstByteMs: 60 }, answering: () => undefined },
      {
        code: 'first-byte-timeout',
        limits: { firstByteMs: 60 },
        // A header of a file is no sound.
        answering: (answer) =>
          answer.writeHead(200, { 'content-type': 'audio/wav' }).write(wav.subarray(0, 44)),
      },
      {
        code: 'gap-timeout',
        limits: { gapMs: 60 },
        answering: (answer) =>
          answer.writeHead(200, { 'content-type': 'audio/wav' }).write(wav.subarray(0, 300)),
      },
      {
        code: 'total-timeout',
        limits: { totalMs: 150 },
        answering: (answer) => {
          answer.writeHead(200, { 'content-type': 'audio/wav' });
          let at = 0;
          const dripping = setInterval(() => answer.write(wav.subarray(at, (at += 46))), 5);
          answer.on('close', () => clearInterval(dripping));
        },
      },
    ];
    for (const { code, limits, answering } of cases) {
      const server = await openServer(t, answering);
      const closed = server.closed();
      const link = openLink(t, server.address);
      await t.rejects(fetchFrom(link, limits), { name: 'EngineError', code });
      await closed;
      t.equal(server.sockets.size, 0, code);
    }
  },
);

void t.test('fetchSound() blames nobody for what came while this process was held up', async (t) => {
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const file = new URL('../fixtures/answers-when-told.ts', import.meta.url);
  const server = new Worker(file, { workerData: { flag, wav } });
  t.teardown(async () => await server.terminate());
  const [port]: unknown[] = await once(server, 'message');
  const fetching = fetchFrom(openLink(t, `http://127.0.0.1:${String(port)}`), { firstByteMs: 2_000 });
  await Promise.race([once(server, 'message'), fetching]);
  Atomics.store(flag, 0, 1);
  Atomics.notify(flag, 0);
  const heldUntil = performance.now() + 2_500;
  while (performance.now() < heldUntil);
  t.equal((await fetching).samples.length, 1_000);
});

void t.test('fetchSound() gives up when no connection comes to stand', async (t) => {
  // Accepts, and never says a word of TLS: to the client no connection stands.
  const server = await openRawServer(t, () => undefined);
  const closed = server.closed();
  const link = openLink(t, server.address.replace('http:', 'https:'), { connectMs: 60 });
  await t.rejects(fetchFrom(link, { connectMs: 60 }), { code: 'connect-timeout', message: /within 60 ms/ });
  await closed;
});

void t.test('fetchSound() says unreachable where nobody listens', async (t) => {
  const server = await openServer(t, sendWav);
  await server.stop();
  const link = openLink(t, server.address);
  await t.rejects(fetchFrom(link), { code: 'unreachable', message: /ECONNREFUSED/ });
  await t.rejects(fetchFrom(openLink(t, 'http://nowhere.invalid')), { code: 'unreachable' });
});

void t.test('fetchSound() ends the connection when the signal says stop, at any moment', async (t) => {
  const moments: ((answer: ServerResponse, arrived: () => void) => void)[] = [
    (_, arrived) => arrived(),
    (answer, arrived) => {
      answer.writeHead(200, { 'content-type': 'audio/wav' });
      answer.write(wav.subarray(0, 100), arrived);
    },
  ];
  for (const moment of moments) {
    const arrived = Promise.withResolvers<void>();
    const server = await openServer(t, (answer) => moment(answer, arrived.resolve));
    const closed = server.closed();
    const stop = new AbortController();
    const fetching = fetchFrom(openLink(t, server.address), {}, { signal: stop.signal });
    await Promise.race([arrived.promise, fetching]);
    stop.abort(new Error('somebody else was faster'));
    await t.rejects(fetching, { message: 'somebody else was faster' });
    await closed;
    t.equal(getEventListeners(stop.signal, 'abort').length, 0);
  }
  const server = await openServer(t, sendWav);
  const gone = AbortSignal.abort(new Error('before it began'));
  await t.rejects(fetchFrom(openLink(t, server.address), {}, { signal: gone }), {
    message: 'before it began',
  });
  t.equal(server.asked.length, 0);
});

void t.test('fetchSound() stops reading beyond its bound, announced or not', async (t) => {
  let sent = 0;
  const endless = await openServer(t, (answer) => {
    answer.writeHead(200, { 'content-type': 'audio/wav' });
    answer.write(wav);
    const piece = Buffer.alloc(16_384, 1);
    const pour = () => {
      while (!answer.destroyed && answer.write(piece)) sent += piece.byteLength;
      sent += piece.byteLength;
    };
    answer.on('drain', pour);
    pour();
  });
  const closed = endless.closed();
  await t.rejects(fetchFrom(openLink(t, endless.address), { maxBytes: 100_000 }), { code: 'too-large' });
  await closed;
  t.ok(sent < 30_000_000, 'no more was taken than what lay in the buffers of the connection');
  const announced = await openServer(t, (answer) => {
    answer.writeHead(200, { 'content-type': 'audio/wav', 'content-length': 100_001 });
    answer.write(wav);
  });
  await t.rejects(fetchFrom(openLink(t, announced.address), { maxBytes: 100_000 }), { code: 'too-large' });
});

void t.test('fetchSound() says cut-off when the body ends in the middle', async (t) => {
  const ways: ((answer: ServerResponse) => void)[] = [
    (answer) => {
      answer.writeHead(200, { 'content-type': 'audio/wav' });
      answer.write(wav.subarray(0, 300), () => answer.socket?.destroy());
    },
    (answer) => {
      answer.writeHead(200, { 'content-type': 'audio/wav', 'content-length': wav.byteLength });
      answer.write(wav.subarray(0, 300), () => answer.socket?.end());
    },
    (answer) => {
      answer.writeHead(200, { 'content-type': 'audio/wav' });
      answer.flushHeaders();
      setImmediate(() => reset(answer));
    },
    // Not a word of an answer, on a connection that was made for it.
    reset,
  ];
  for (const way of ways) {
    const server = await openServer(t, way);
    await t.rejects(fetchFrom(openLink(t, server.address)), { code: 'cut-off' });
    t.equal(server.asked.length, 1);
  }
});

void t.test(
  'fetchSound() sends once more when a kept connection was closed just then, and only then',
  async (t) => {
    const server = await openServer(t, (answer, _, number) => {
      if (number === 1) sendWav(answer);
      else if (number === 2 || number === 4 || number === 5) reset(answer);
      else sendWav(answer);
    });
    const link = openLink(t, server.address);
    await fetchFrom(link);
    const { samples } = await fetchFrom(link);
    t.same([samples.length, server.asked.length, server.connections()], [1_000, 3, 2]);
    await t.rejects(fetchFrom(link), { code: 'cut-off' }, 'number 4 came on a fresh connection');
    t.equal(server.asked.length, 4);
  },
);

void t.test('fetchSound() does not send a third time', async (t) => {
  const server = await openServer(t, (answer, _, number) => {
    if (number === 1) sendWav(answer);
    else reset(answer);
  });
  const link = openLink(t, server.address);
  await fetchFrom(link);
  await t.rejects(fetchFrom(link), { code: 'cut-off' });
  t.equal(server.asked.length, 3);
});

void t.test('fetchSound() turns statuses into faults with what the server says', async (t) => {
  const server = await openServer(t, (answer, { headers }) => {
    const { status = '200', type = 'application/json', retry } = headers as Record<string, string>;
    if (retry !== undefined) answer.setHeader('retry-after', retry);
    answer.writeHead(Number(status), { 'content-type': type });
    answer.end('{"message":"tts failed","Exception":"no reference"}');
  });
  const link = openLink(t, server.address);
  const ask = async (headers: Record<string, string>) =>
    await fetchSound(
      link,
      { ...request, headers },
      {
        limits: generous,
        signal: new AbortController().signal,
        onFirstByte: () => t.fail('no sound came'),
        openReader: () => new WavReader(),
      },
    );
  const message = /^POST http:\/\/127\.0\.0\.1:\d+\/tts answered \d+: tts failed: no reference$/;
  await t.rejects(ask({ status: '400' }), { code: 'refused', status: 400, message });
  await t.rejects(ask({ status: '500' }), { code: 'server', status: 500, message });
  await t.rejects(ask({ status: '429', retry: '3' }), { code: 'busy', status: 429, retryAfterMs: 3_000 });
  await t.rejects(ask({ status: '503', retry: '1' }), { code: 'busy', status: 503, retryAfterMs: 1_000 });
  await t.rejects(ask({ status: '503' }), { code: 'server', status: 503, retryAfterMs: 0 });
  await t.rejects(ask({ status: '307' }), { code: 'refused', status: 307 });
  await t.rejects(ask({}), { code: 'garbage', message: /application\/json: tts failed/ });
  await t.rejects(ask({ type: 'text/html' }), { code: 'garbage' });
  await t.rejects(ask({ type: 'audio/wav' }), { code: 'garbage', message: /no WAV file/ });
});

void t.test('fetchSound() knows a refusal although its text does not end', async (t) => {
  const ways: ((answer: ServerResponse) => void)[] = [
    (answer) => answer.write('{"message":"no such voice"'),
    (answer) => answer.write('x'.repeat(40_000)),
    (answer) => answer.write('never mind', () => answer.socket?.destroy()),
  ];
  for (const way of ways) {
    const server = await openServer(t, (answer) => way(answer.writeHead(404)));
    const closed = server.closed();
    await t.rejects(fetchFrom(openLink(t, server.address), { gapMs: 60 }), { code: 'refused', status: 404 });
    await closed;
  }
});

void t.test('fetchSound() refuses empty, packed and unintelligible answers', async (t) => {
  const empty = await openServer(t, (answer) => answer.writeHead(200, { 'content-type': 'audio/wav' }).end());
  await t.rejects(fetchFrom(openLink(t, empty.address)), { code: 'garbage', message: /no sound/ });
  const packed = await openServer(t, (answer) =>
    answer.writeHead(200, { 'content-encoding': 'gzip' }).end(wav),
  );
  await t.rejects(fetchFrom(openLink(t, packed.address)), { code: 'garbage', message: /gzip/ });
  t.equal(packed.asked[0]?.headers['accept-encoding'], 'identity');
  const unpacked = await openServer(t, (answer) =>
    answer.writeHead(200, { 'content-encoding': 'Identity' }).end(wav),
  );
  await fetchFrom(openLink(t, unpacked.address));
  const foreign = await openRawServer(t, (socket) => {
    socket.once('data', () => socket.end('220 smtp.example ESMTP\r\n'));
  });
  await t.rejects(fetchFrom(openLink(t, foreign.address)), { code: 'garbage', message: /not HTTP/ });
});

void t.test('fetchSound() sends name and password of the address, and speaks of neither', async (t) => {
  const server = await openServer(t, (answer) => answer.writeHead(401).end('who are you'));
  const link = openLink(t, `${server.address.replace('//', '//host:hunter2hunter2@')}/voice/?token=abc`);
  const error: unknown = await fetchFrom(link).catch((thrown: unknown) => thrown);
  const [asked] = server.asked;
  t.equal(asked?.headers.authorization, `Basic ${Buffer.from('host:hunter2hunter2').toString('base64')}`);
  t.equal(asked?.path, '/voice/tts?token=abc');
  t.ok(error instanceof EngineError);
  t.notMatch(String(error), /hunter2|abc/);
});

void t.test('HttpLink leaves no connection behind when it is disposed, whatever they do', async (t) => {
  const arrived = Promise.withResolvers<void>();
  const server = await openServer(t, (answer, _, number) => {
    if (number === 1) sendWav(answer);
    else arrived.resolve();
  });
  const accepted = Promise.withResolvers<void>();
  const silent = await openRawServer(t, () => accepted.resolve());
  const link = openLink(t, server.address);
  const connecting = openLink(t, silent.address.replace('http:', 'https:'));
  await fetchFrom(link);
  const hanging = t.rejects(fetchFrom(link), { name: 'EngineError' });
  const waiting = t.rejects(fetchFrom(connecting), { code: 'unreachable' });
  await Promise.all([arrived.promise, accepted.promise]);
  const closed = [server.closed(), silent.closed()];
  await Promise.all([link[Symbol.asyncDispose](), connecting[Symbol.asyncDispose]()]);
  await Promise.all([hanging, waiting, ...closed]);
  await link[Symbol.asyncDispose]();
  t.same([server.sockets.size, silent.sockets.size], [0, 0]);
  await t.rejects(fetchFrom(link), { code: 'unreachable' });
});
