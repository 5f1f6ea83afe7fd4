import { randomBytes } from 'node:crypto';
import type { Exchange } from './exchange.ts';
import type { ReadySound, Workplace } from './perform.ts';
import { toBytes } from './samples.ts';

const exceptionZeros = 32_000;
const stalledShare = 0.4;
const endlessPieceMs = 200;
const endlessPauseMs = 20;
const hugePiece = 64 * 1024;

/** Answers with a body that does not come as bodies do; false when the fault is not one of those. */
export async function sendStrangely(
  exchange: Exchange,
  ready: ReadySound,
  place: Pick<Workplace, 'times'>,
): Promise<boolean> {
  const { sound, head, contentType, streamed } = ready;
  const bytes = toBytes(sound.samples);
  const { times } = place;
  const begin = (length: number | undefined) => {
    exchange.begin({
      ...(contentType === '' ? {} : { 'content-type': contentType }),
      ...(length === undefined || streamed ? {} : { 'content-length': length }),
    });
  };
  switch (exchange.fault) {
    case 'empty-reset':
      begin(head.length + bytes.length);
      await exchange.cut();
      return true;
    case 'stall':
      begin(head.length + bytes.length);
      await exchange.write(head, { isSound: false });
      await exchange.write(bytes.subarray(0, evenPart(bytes.length, stalledShare)));
      await exchange.untilGone();
      return true;
    case 'partial-zeros-reset': {
      const part = bytes.subarray(0, evenPart(bytes.length, 0.5));
      begin(head.length + bytes.length + exceptionZeros);
      await exchange.write(head, { isSound: false });
      await exchange.write(part);
      await exchange.write(new Uint8Array(exceptionZeros));
      await exchange.pause(times.reloadMs);
      await exchange.cut();
      return true;
    }
    case 'slow-loris':
      begin(head.length + bytes.length);
      for (const [index, byte] of Buffer.concat([head, bytes]).entries()) {
        await exchange.write(Uint8Array.of(byte), { isSound: index >= head.length });
        await exchange.pause(times.lorisPauseMs);
      }
      await exchange.end();
      return true;
    case 'endless':
      begin(undefined);
      await exchange.write(head, { isSound: false });
      for (const piece of turns(bytes, (sound.sampleRateHz * 2 * endlessPieceMs) / 1_000)) {
        await exchange.write(piece);
        await exchange.pause(endlessPauseMs);
      }
      return true;
    case 'huge': {
      begin(times.hugeBytes);
      let left = times.hugeBytes;
      for (const piece of turns(bytes, hugePiece)) {
        await exchange.write(piece.subarray(0, left));
        left -= piece.length;
        if (left <= 0) break;
        // A client that takes everything at once must not keep the loop from everybody else.
        await nextTurn();
      }
      await exchange.end();
      return true;
    }
    case 'garbage':
      exchange.outcome = 'none';
      exchange.answer(200, randomBytes(20_000), { 'content-type': 'audio/wav' });
      return true;
    default:
      return false;
  }
}

/** The sound again and again, in pieces of at most so many bytes; nothing is copied. */
function* turns(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  const whole = bytes.length > 0 ? bytes : new Uint8Array(hugePiece);
  const step = Math.max(2, Math.floor(size / 2) * 2);
  for (;;) {
    for (let at = 0; at < whole.length; at += step) yield whole.subarray(at, at + step);
  }
}

function evenPart(length: number, share: number): number {
  return Math.floor((length * share) / 2) * 2;
}

async function nextTurn(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}
