import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { project } from '../operator.ts';
import { readState } from '../../supervisor/state-file.ts';
import type { Report } from './report.ts';
import { quantile } from './report.ts';

const runs = 5;
const headerBytes = 44;
/** Louder than a fade, quieter than any speech. */
const audible = 500;

/** `npm run supervise` on an installed machine, until sound is in the recording. */
export async function benchStart(): Promise<Report> {
  const onAir: number[] = [];
  const sound: number[] = [];
  for (let run = 0; run < runs; run++) {
    const home = mkdtempSync(join(tmpdir(), 'onair-bench-'));
    try {
      const measured = await measure(home);
      onAir.push(measured.onAirMs);
      sound.push(measured.soundMs);
    } finally {
      rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    }
  }
  return {
    question: 'how long from "npm run supervise" to the first sound, when everything is installed?',
    figures: [
      { what: `on air, median of ${runs}`, value: quantile(onAir, 0.5) / 1_000, unit: 's' },
      { what: `first sound, median of ${runs}`, value: quantile(sound, 0.5) / 1_000, unit: 's', goal: 3 },
      { what: `first sound, worst of ${runs}`, value: Math.max(...sound) / 1_000, unit: 's' },
    ],
  };
}

async function measure(home: string): Promise<{ onAirMs: number; soundMs: number }> {
  const started = performance.now();
  const child = spawn('npm', ['run', 'supervise', '--', '--home', home, '--for', '60s'], {
    cwd: project,
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  try {
    const since = () => performance.now() - started;
    let onAirMs = 0;
    while (since() < 60_000) {
      if (onAirMs === 0 && readState(home)?.state === 'on-air') onAirMs = since();
      if (isAudible(join(home, 'audio', 'demo.wav')))
        return { onAirMs: onAirMs || since(), soundMs: since() };
      await sleep(5);
    }
    throw new Error('There was no sound within a minute');
  } finally {
    const supervisor = readState(home)?.pid;
    if (supervisor) process.kill(supervisor, 'SIGTERM');
    else child.kill('SIGTERM');
    await ended;
  }
}

function isAudible(file: string): boolean {
  try {
    const bytes = readFileSync(file);
    for (let at = headerBytes; at + 1 < bytes.length; at += 2)
      if (Math.abs(bytes.readInt16LE(at)) > audible) return true;
  } catch {
    // It is not there yet.
  }
  return false;
}
