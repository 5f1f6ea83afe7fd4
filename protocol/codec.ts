import protobuf from 'protobufjs';
import type { EventBody, EventKind, LiveEvent, Viewer } from './event.ts';
import { eventKinds } from './event.ts';
import { schemaText } from './schema.ts';
import type {
  AnswerPromise,
  AudioAnswer,
  AudioChunk,
  AudioCommand,
  DeadLetter,
  Health,
  HelmCommand,
  Incident,
  Outcome,
  Playhead,
  Segment,
} from './speech.ts';

/** Everything that may be published, by the name of its body in the envelope. */
export interface Bodies {
  event: LiveEvent;
  segment: Segment;
  chunk: AudioChunk;
  outcome: Outcome;
  health: Health;
  playhead: Playhead;
  incident: Incident;
  dead: DeadLetter;
  command: AudioCommand;
  answer: AudioAnswer;
  promise: AnswerPromise;
  helm: HelmCommand;
}
export type BodyName = keyof Bodies;
export type Message = { [Name in BodyName]: { type: Name; body: Bodies[Name]; origin: Origin } }[BodyName];

/** What the sender of a message held when it sent it. Epochs of a lease only grow: a lower one is from somebody who was replaced. */
export interface Origin {
  lease: string;
  epoch: number;
}
export const noOrigin: Origin = { lease: '', epoch: 0 };

/** Bytes that are not an onair message: refuse them, count them, go on. */
export class NotOursError extends Error {
  override name = 'NotOursError';
  readonly code = 'not-ours';
}

const magic = 0x31524e4f;
const version = 1;
/** Larger than any message of ours (64 KiB of sound and its head), smaller than the bus's own limit. */
const maxMessageBytes = 1_000_000;

const Envelope = protobuf.parse(schemaText, { keepCase: false }).root.lookupType('onair.v1.Envelope');

/** Bytes of one message. Throws a TypeError when a field has the wrong type. */
export function encode<Name extends BodyName>(
  type: Name,
  body: Bodies[Name],
  { lease, epoch }: Origin = noOrigin,
): Uint8Array {
  const wire = type === 'event' ? eventToWire(body as LiveEvent) : body;
  const envelope = { magic, version, [type]: wire, ...(lease === '' ? {} : { lease, epoch }) };
  const problem = Envelope.verify(envelope);
  if (problem) throw new TypeError(`Cannot encode ${type}: ${problem}`);
  return Envelope.encode(Envelope.fromObject(envelope)).finish();
}

/** The message in the bytes. Throws NotOursError for anything else; fields that this version does not know are skipped. */
export function decode(bytes: Uint8Array): Message {
  if (bytes.byteLength > maxMessageBytes) throw new NotOursError(`Message of ${bytes.byteLength} bytes`);
  if (!startsWithMagic(bytes)) throw new NotOursError(`Message does not start with onair's mark`);
  const object = toObject(bytes);
  const type = object['body'] as BodyName | undefined;
  if (type === undefined) throw new NotOursError('Message has no body that this version knows');
  const body = object[type];
  const origin = { lease: String(object['lease']), epoch: Number(object['epoch']) };
  if (type === 'event') return { type, body: eventFromWire(body as WireEvent), origin };
  return { type, body, origin } as Message;
}

/** Like decode, but the body has to be of the given type. */
export function decodeAs<Name extends BodyName>(type: Name, bytes: Uint8Array): Bodies[Name] {
  const message = decode(bytes);
  if (message.type !== type) throw new NotOursError(`Expected ${type}, found ${message.type}`);
  return message.body as Bodies[Name];
}

function startsWithMagic(bytes: Uint8Array): boolean {
  // Tag of field 1 with four fixed bytes, then "ONR1".
  const head = [0x0d, 0x4f, 0x4e, 0x52, 0x31];
  return head.every((byte, index) => bytes[index] === byte);
}

function toObject(bytes: Uint8Array): Record<string, unknown> {
  try {
    return Envelope.toObject(Envelope.decode(bytes), {
      longs: Number,
      defaults: true,
      arrays: true,
      objects: true,
      oneofs: true,
    });
  } catch (cause) {
    throw new NotOursError('Message is damaged', { cause });
  }
}

type WireEvent = Omit<LiveEvent, 'kind'> & { body?: EventKind } & Record<string, unknown>;

function eventToWire(event: LiveEvent): Record<string, unknown> {
  const { id, room, platform, at, receivedAt, expiresAt, viewer, coalesced, kind, ...fields } = event;
  const others = { ...(viewer ? { viewer } : {}), ...(coalesced ? { coalesced } : {}) };
  return { id, room, platform, at, receivedAt, expiresAt, ...others, [kind]: fields };
}

function eventFromWire(wire: WireEvent): LiveEvent {
  const kind = wire.body;
  if (kind === undefined || !eventKinds.includes(kind)) {
    throw new NotOursError('Event of a kind that this version does not know');
  }
  const { id, room, platform, at, receivedAt, expiresAt, coalesced = [] } = wire;
  const viewer = (wire.viewer ?? null) as Viewer | null;
  const body = { kind, ...(wire[kind] as object) } as EventBody;
  const others = coalesced.length > 0 ? { coalesced } : {};
  return { id, room, platform, at, receivedAt, expiresAt, viewer, ...others, ...body };
}
