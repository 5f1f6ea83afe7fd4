import { gzipSync } from 'node:zlib';
import t from 'tap';
import type { Frame } from '../../../../workers/ingest/douyin/read-frame.ts';
import { FrameError, readFrame } from '../../../../workers/ingest/douyin/read-frame.ts';
import { idOf } from '../../../../workers/ingest/douyin/wire-values.ts';
import { readMessage } from '../../../../workers/ingest/douyin/read-message.ts';
import { decodeMessage } from '../../../../workers/ingest/douyin/schema.ts';
import { chat, encodeWire, message, messageFrame, payloadFrame } from '../../../support/webcast-wire.ts';

type MessagesFrame = Extract<Frame, { kind: 'messages' }>;

function read(bytes: Uint8Array): MessagesFrame {
  const frame = readFrame(bytes);
  if (frame.kind !== 'messages') throw new Error(`Read ${frame.kind}`);
  return frame;
}

function repeat(bytes: Buffer, times: number): Buffer {
  return Buffer.alloc(bytes.byteLength * times, bytes);
}

function codeOf(bytes: Uint8Array): string {
  try {
    readFrame(bytes);
    return 'none';
  } catch (error) {
    return error instanceof FrameError ? error.code : `other: ${String(error)}`;
  }
}

void t.test('readFrame() reads compressed and plain frames, and compressed ones that do not say so', (t) => {
  const one = [chat('1', 'x')];
  const response = encodeWire('Response', { messages: one, internalExt: 'e', cursor: 'c', needAck: true });
  const expected = { kind: 'messages', needAck: true, internalExt: 'e', cursor: 'c' };
  for (const bytes of [
    payloadFrame(gzipSync(response)),
    payloadFrame(response, { gzip: false }),
    payloadFrame(gzipSync(response), { gzip: false }),
  ]) {
    t.match(readFrame(bytes), expected);
    t.equal(read(bytes).messages.length, 1);
  }
  t.end();
});

void t.test('readFrame() takes the position from the headers where the response has none', (t) => {
  const headers = [
    { key: 'im-cursor', value: 'hc' },
    { key: 'im-internal_ext', value: 'he' },
  ];
  t.match(read(messageFrame([], { internalExt: '', cursor: '', headers })), {
    cursor: 'hc',
    internalExt: 'he',
  });
  t.match(read(messageFrame([], { internalExt: 'e', cursor: 'c', headers })), {
    cursor: 'c',
    internalExt: 'e',
  });
  t.end();
});

void t.test('readFrame() keeps a log id of 64 bits', (t) => {
  t.equal(idOf(read(messageFrame([], { logId: '18446744073709551615' })).logId), '18446744073709551615');
  t.end();
});

void t.test('readFrame() tells frames apart', (t) => {
  t.same(readFrame(Buffer.from('3a026862', 'hex')), { kind: 'other', payloadType: 'hb' });
  t.same(readFrame(encodeWire('PushFrame', { payloadType: 'close' })), { kind: 'close' });
  t.match(readFrame(encodeWire('PushFrame', { payloadType: 'msg' })), { kind: 'messages', messages: [] });
  t.end();
});

void t.test('readFrame() refuses what it cannot use, and says why', (t) => {
  const whole = messageFrame([chat('1', 'x')]);
  t.equal(codeOf(Buffer.from('garbage that is no frame')), 'damaged');
  t.equal(codeOf(whole.subarray(0, whole.length - 20)), 'damaged', 'cut frame');
  t.equal(codeOf(payloadFrame(gzipSync('x'.repeat(1_000)).subarray(0, 20))), 'damaged', 'cut gzip');
  t.equal(codeOf(payloadFrame(Buffer.from([0xff, 0xff, 0xff]), { gzip: false })), 'damaged');
  t.equal(codeOf(payloadFrame(gzipSync(Buffer.alloc(40_000_000)))), 'bomb');
  t.equal(codeOf(Buffer.alloc(8 * 1024 * 1024 + 1)), 'oversized');
  t.end();
});

void t.test('readFrame() takes ten thousand messages, and refuses more before it builds any', (t) => {
  const empty = Buffer.from('0a00', 'hex');
  t.equal(read(payloadFrame(gzipSync(repeat(empty, 10_000)))).messages.length, 10_000);
  for (const field of ['0a00', '1200', '1000', '2a00']) {
    const bytes = repeat(Buffer.from(field, 'hex'), 2_000_000);
    t.equal(codeOf(payloadFrame(gzipSync(bytes))), 'bomb', field);
    t.equal(codeOf(payloadFrame(bytes, { gzip: false })), 'bomb', `${field} as it is`);
    t.equal(codeOf(bytes), 'bomb', `${field} in the frame itself`);
  }
  t.equal(codeOf(repeat(Buffer.from([0x0b]), 4_000_000)), 'damaged', 'groups');
  t.end();
});

void t.test('readFrame() and readMessage() let siblings of a damaged message live', (t) => {
  const good = (id: string) => encodeWire('Message', { ...chat(id, `text ${id}`) });
  const badPayload = encodeWire('Message', {
    method: 'WebcastChatMessage',
    payload: Buffer.from([0x12, 0xff, 0xff, 0xff, 0x7f]),
  });
  const badMessage = Buffer.from([0x0a, 0xff, 0xff, 0xff, 0x7f]);
  const response = encodeWire('RawResponse', { messages: [good('1'), badPayload, badMessage, good('2')] });
  const { messages } = read(payloadFrame(gzipSync(response)));
  const results = messages.map((bytes) => {
    try {
      return readMessage(decodeMessage(bytes), 0, { anchorId: '' })?.[0]?.messageId;
    } catch {
      return 'damaged';
    }
  });
  t.same(results, ['1', 'damaged', 'damaged', '2']);
  t.end();
});

void t.test('readFrame() and readMessage() throw nothing but their own over 20,000 mutated frames', (t) => {
  const kinds = [
    chat('1', '你好'),
    message(
      'Gift',
      { user: { id: '1', nickname: 'a' }, giftId: '4', repeatCount: '2', gift: { name: 'r' } },
      '2',
    ),
    message('Member', { user: { id: '2' }, action: 1 }, '3'),
    message('ProductChange', { updateProductInfo: [{ promotionId: '1' }] }, '4'),
    message('Control', { action: 3, extra: { title: 'x' } }, '5'),
  ];
  const response = encodeWire('Response', { messages: kinds, needAck: true, internalExt: 'e', cursor: 'c' });
  const frames = [payloadFrame(response, { gzip: false }), payloadFrame(gzipSync(response))];
  let state = 20_260_101;
  const random = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  let read = 0;
  let survivors = 0;
  for (let round = 0; round < 20_000; round++) {
    const bytes = Buffer.from(frames[round % 2] ?? Buffer.alloc(0));
    const changes = 1 + random(4);
    for (let change = 0; change < changes; change++) bytes[random(bytes.length)] = random(256);
    const cut = random(10) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes;
    try {
      const frame = readFrame(cut);
      if (frame.kind !== 'messages') continue;
      read += 1;
      for (const one of frame.messages) {
        try {
          const found = readMessage(decodeMessage(one), 0, { anchorId: '' });
          survivors += found?.length ?? 0;
        } catch (error) {
          if (!(error instanceof Error)) t.fail(`round ${round}: threw ${String(error)}`);
        }
      }
    } catch (error) {
      if (!(error instanceof FrameError)) t.fail(`round ${round}: ${String(error)}`);
    }
  }
  t.ok(read > 2_000 && survivors > read, `${read} frames and ${survivors} messages were still readable`);
  t.end();
});
