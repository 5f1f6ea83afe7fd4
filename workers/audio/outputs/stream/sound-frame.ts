import { outputRateHz } from '../../format.ts';

/**
 * How sound travels to a listener: one binary WebSocket message per piece of at most 20 ms, little-endian:
 *
 * | at | type    |                                                                                                   |
 * | -- | ------- | ------------------------------------------------------------------------------------------------- |
 * | 0  | uint8   | version of this form, 1                                                                           |
 * | 1  | uint8   | channels, 1                                                                                       |
 * | 2  | uint16  | samples in this message                                                                           |
 * | 4  | uint32  | sequence, one more with each message, from 0 on after 2^32 - 1                                    |
 * | 8  | float64 | position of the first sample since the stream began; what is missing before it was dropped        |
 * | 16 | float64 | when the first sample is due on the sender's clock, in unix milliseconds                          |
 * | 24 | int16…  | the samples, 48 kHz                                                                               |
 */
export interface SoundFrame {
  sequence: number;
  position: number;
  at: number;
  /** Signed 16-bit little-endian. */
  pcm: Buffer;
}

export const frameVersion = 1;
export const headerBytes = 24;
const channels = 1;

export function encodeFrame({ sequence, position, at, pcm }: SoundFrame): Buffer {
  const message = Buffer.allocUnsafe(headerBytes + pcm.byteLength);
  message.writeUInt8(frameVersion, 0);
  message.writeUInt8(channels, 1);
  message.writeUInt16LE(pcm.byteLength / 2, 2);
  message.writeUInt32LE(sequence >>> 0, 4);
  message.writeDoubleLE(position, 8);
  message.writeDoubleLE(at, 16);
  pcm.copy(message, headerBytes);
  return message;
}

/** Throws when it is no such message. */
export function decodeFrame(message: Buffer): SoundFrame {
  if (message.byteLength < headerBytes || message[0] !== frameVersion || message[1] !== channels)
    throw new Error(`Not a frame of sound: ${message.byteLength} bytes`);
  const pcm = message.subarray(headerBytes);
  if (pcm.byteLength !== 2 * message.readUInt16LE(2)) throw new Error('A frame of sound was cut short');
  return {
    sequence: message.readUInt32LE(4),
    position: message.readDoubleLE(8),
    at: message.readDoubleLE(16),
    pcm,
  };
}

/** The first message to each listener, as JSON text. */
export interface Hello {
  kind: 'hello';
  version: number;
  room: string;
  /** Positions count from the beginning of this stream; another sink is another stream. */
  stream: string;
  sampleRateHz: number;
  channels: number;
  /** To be shown for as long as this stream is heard, as text; '': nothing. */
  label: string;
}

export const helloOf = ({ room, stream, label }: Pick<Hello, 'room' | 'stream' | 'label'>): Hello => ({
  kind: 'hello',
  version: frameVersion,
  room,
  stream,
  sampleRateHz: outputRateHz,
  channels,
  label,
});
