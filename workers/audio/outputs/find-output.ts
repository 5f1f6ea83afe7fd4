import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OutputKind } from '../../../protocol/config.ts';
import { probe } from './probe.ts';
import type { SinkSpec } from './sink-process.ts';
import { canListen } from './stream/address.ts';
import type { ListenOptions } from './stream/address.ts';
import { installedPlayers, systemPlayers } from './system-players.ts';
import type { SystemPlayer } from './system-players.ts';

export interface OutputPlace {
  /** Where the `file` output writes. */
  file: string;
  runId: string;
  recordMaxMinutes: number;
  /** Where the `stream` output can be had. */
  stream: ListenOptions & { room: string };
}

export type Found = { works: true; spec: SinkSpec } | { works: false; reason: string };

/** What a device needs ahead of the clock, so that a pause of the host is not heard. */
export const primeMs = 300;
const speakerProbeMs = 3_000;
const playerProbeMs = 5_000;

/**
 * The output that another process of this room has chosen, by the name that it tells, without trying it out: that could disturb the one
 * that plays. Undefined when it is not known here.
 */
export function outputNamed(
  name: string,
  place: OutputPlace,
): { kind: OutputKind; spec: SinkSpec } | undefined {
  if (name === 'speaker') return { kind: name, spec: speakerSpec() };
  if (name === 'file') return { kind: name, spec: fileSpec(place) };
  if (name === 'stream') return { kind: name, spec: streamSpec(place) };
  if (name === 'null') return { kind: name, spec: nullSpec() };
  const player = installedPlayers(process.env['PATH'] ?? '').find((each) => playerName(each) === name);
  return player && { kind: 'player', spec: playerSpec(player) };
}

/** Finds out, by playing silence in a program of its own, whether an output works here. */
export async function findOutput(kind: OutputKind, place: OutputPlace, signal: AbortSignal): Promise<Found> {
  switch (kind) {
    case 'speaker': {
      const spec = speakerSpec();
      const args = [...spec.args, '--probe'];
      const reason = await probe({
        command: spec.command,
        args,
        feedMs: 0,
        timeoutMs: speakerProbeMs,
        signal,
      });
      return reason ? { works: false, reason } : { works: true, spec };
    }
    case 'player':
      return await findPlayer(signal);
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

function streamSpec({ stream: { room, host, port, file } }: OutputPlace): SinkSpec {
  const args = ['--room', room, '--host', host, '--port', String(port), '--file', file];
  return { ...ownProgram('stream-sink.ts', args), name: 'stream', primeMs: 0 };
}

async function findPlayer(signal: AbortSignal): Promise<Found> {
  const players = installedPlayers(process.env['PATH'] ?? '');
  if (players.length === 0) {
    return {
      works: false,
      reason: `none of ${systemPlayers.map(({ program }) => program).join(', ')} is installed`,
    };
  }
  const reasons: string[] = [];
  for (const player of players) {
    const { program, args } = player;
    const reason = await probe({ command: program, args, feedMs: 200, timeoutMs: playerProbeMs, signal });
    if (!reason) return { works: true, spec: playerSpec(player) };
    reasons.push(`${basename(program)}: ${reason}`);
    if (signal.aborted) break;
  }
  return { works: false, reason: reasons.join('; ') };
}

const playerName = ({ program }: SystemPlayer): string => `player (${basename(program)})`;

/** These open the device as soon as they are started. */
const playerSpec = (player: SystemPlayer): SinkSpec => ({
  name: playerName(player),
  command: player.program,
  args: player.args,
  reports: false,
  primeMs,
  canWait: false,
  keepsTime: false,
});

const speakerSpec = (): SinkSpec => ({ ...ownProgram('speaker-sink.ts', []), name: 'speaker', primeMs });
const nullSpec = (): SinkSpec => ({ ...ownProgram('null-sink.ts', []), name: 'null', primeMs: 0 });

function ownProgram(file: string, args: string[]): Omit<SinkSpec, 'name' | 'primeMs'> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  return { command: process.execPath, args: [path, ...args], reports: true, canWait: true, keepsTime: false };
}
