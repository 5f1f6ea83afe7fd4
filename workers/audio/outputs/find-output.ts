import { fileURLToPath } from 'node:url';
import type { OutputKind } from '../../../protocol/config.ts';
import { deviceOutputNamed, findPlayer, findSpeaker } from './device-outputs.ts';
import type { SinkSpec } from './sink-process.ts';
import { canListen } from './stream/address.ts';
import type { StreamPlace } from './stream/address.ts';

export interface OutputPlace {
  /** Where the `file` output writes. */
  file: string;
  runId: string;
  recordMaxMinutes: number;
  /** The configured one, by its name or a part of it; empty: the default. */
  device: string;
  /** Where the `stream` output can be had. */
  stream: StreamPlace;
}

export type Found = { works: true; spec: SinkSpec } | { works: false; reason: string };

/**
 * The output that another process of this room has chosen, by the name that it tells, without trying it out: that could disturb the one
 * that plays. Undefined when it is not known here.
 */
export function outputNamed(
  name: string,
  place: OutputPlace,
): { kind: OutputKind; spec: SinkSpec } | undefined {
  if (name === 'file') return { kind: name, spec: fileSpec(place) };
  if (name === 'stream') return { kind: name, spec: streamSpec(place) };
  if (name === 'null') return { kind: name, spec: nullSpec() };
  return deviceOutputNamed(name, place.device);
}

/** Finds out, by playing silence in a program of its own, whether an output works here. */
export async function findOutput(kind: OutputKind, place: OutputPlace, signal: AbortSignal): Promise<Found> {
  switch (kind) {
    case 'speaker':
      return await findSpeaker(place.device, signal);
    case 'player':
      return await findPlayer(place.device, signal);
    case 'stream': {
      const reason = await canListen(place.stream);
      return reason ? { works: false, reason } : { works: true, spec: streamSpec(place) };
    }
    case 'file':
      return { works: true, spec: fileSpec(place) };
    case 'null':
      return { works: true, spec: nullSpec() };
  }
}

export function fileSpec({ file, runId, recordMaxMinutes }: OutputPlace): SinkSpec {
  const args = ['--file', file, '--run', runId, '--max-minutes', String(recordMaxMinutes)];
  return { ...ownProgram('file-sink.ts', args), name: 'file', primeMs: 0, keepsTime: true };
}

function streamSpec({ stream: { room, host, port, file, label } }: OutputPlace): SinkSpec {
  // In one with its name: a label may begin with a dash.
  const args = ['--room', room, '--host', host, '--port', String(port), '--file', file, `--label=${label}`];
  return { ...ownProgram('stream-sink.ts', args), name: 'stream', primeMs: 0 };
}

const nullSpec = (): SinkSpec => ({ ...ownProgram('null-sink.ts', []), name: 'null', primeMs: 0 });

function ownProgram(file: string, args: string[]): Omit<SinkSpec, 'name' | 'primeMs'> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  return { command: process.execPath, args: [path, ...args], reports: true, canWait: true, keepsTime: false };
}
