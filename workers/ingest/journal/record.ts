import { crc32 } from 'node:zlib';
import type { EventKind, LiveEvent } from '../../../protocol/event.ts';
import { eventKinds } from '../../../protocol/event.ts';

const newline = 0x0a;
const headLength = '00000000 '.length;

/** Events that were let go because there was no place for them: all that is left of them, for the ledger. */
export interface Shed {
  room: string;
  reason: string;
  /** What the ids begin with; below is only what follows. */
  prefix: string;
  ids: Partial<Record<EventKind, string[]>>;
}

/** What a line holds; neither: it is damaged. */
export interface LineContent {
  event?: LiveEvent;
  shed?: Shed;
}

/** One line: the checksum of the JSON in eight hex digits, a space, the JSON. JSON holds no line feed, so that a damaged line ends where it ends. */
export function encodeRecord(event: LiveEvent): string {
  return encodeLine(event);
}

export function encodeShed(shed: Shed): string {
  return encodeLine({ shed });
}

export function decodeLine(line: Buffer): LineContent {
  const json = line.subarray(headLength);
  if (line.toString('latin1', 0, headLength) !== `${checksum(json)} `) return {};
  try {
    const value = JSON.parse(json.toString('utf8')) as LiveEvent | { shed: Shed };
    if ('shed' in value) return value.shed.room && value.shed.ids ? { shed: value.shed } : {};
    return eventKinds.includes(value.kind) && value.id && value.room ? { event: value } : {};
  } catch {
    return {};
  }
}

/** The whole lines of a piece of a journal: where each begins and ends in it. What follows the last line feed is not yet a line. */
export function* recordsIn(piece: Buffer): Generator<LineContent & { start: number; end: number }> {
  let start = 0;
  for (;;) {
    const at = piece.indexOf(newline, start);
    if (at < 0) return;
    yield { ...decodeLine(piece.subarray(start, at)), start, end: at + 1 };
    start = at + 1;
  }
}

/** The ids of a shed record, whole, each with the kind of its event. */
export function* shedIds({ prefix, ids }: Shed): Generator<{ id: string; kind: EventKind }> {
  for (const kind of eventKinds) for (const rest of ids[kind] ?? []) yield { id: prefix + rest, kind };
}

function encodeLine(value: LiveEvent | { shed: Shed }): string {
  const json = JSON.stringify(value);
  return `${checksum(json)} ${json}\n`;
}

function checksum(json: string | Buffer): string {
  return crc32(json).toString(16).padStart(8, '0');
}
