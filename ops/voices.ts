import { readFileSync } from 'node:fs';
import type { ChildState } from '../protocol/ipc.ts';
import type { EndpointReport, VoiceReport } from '../protocol/voice-report.ts';
import { voiceReportFile, voiceReportSchema } from '../protocol/voice-report.ts';

const pattern = /^tts\.([a-z0-9-]+)\.(\w+)$/;

/** What the worker that speaks now wrote last; undefined when none speaks, or it has written nothing that can be read. */
export function readVoices(home: string, children: readonly ChildState[]): VoiceReport | undefined {
  try {
    const report = voiceReportSchema.parse(JSON.parse(readFileSync(voiceReportFile(home), 'utf8')));
    return speaking(children).some(({ pid }) => pid === report.pid) ? report : undefined;
  } catch {
    // What it is for shows everything else all the same.
    return undefined;
  }
}

/**
 * One line for each engine that whoever speaks now has, from its counters, and with its report one for each endpoint and for the cache; nothing
 * where nobody speaks.
 */
export function describeVoices(children: readonly ChildState[], report?: VoiceReport): string[] {
  return speaking(children).flatMap(({ id, pid, counters }) => {
    const own = report?.pid === pid ? report : undefined;
    const lines = [...enginesIn(counters)].flatMap(([engine, figures]) => [
      describe(id, engine, (name) => figures.get(name) ?? 0),
      ...(own?.endpoints ?? []).filter((one) => one.engine === engine).map(describeEndpoint),
    ]);
    return own ? [...lines, describeCache(id, own)] : lines;
  });
}

function speaking(children: readonly ChildState[]): ChildState[] {
  return children.filter(({ role, spare, state }) => role === 'tts' && !spare && state === 'running');
}

function describeEndpoint(one: EndpointReport): string {
  const { endpoint, state, inFlight, queued, firstByte, total, realTimeFactor, rejects, faults, lost } = one;
  const parts = [state === 'open' ? 'left alone' : state];
  if (inFlight + queued > 0) parts.push(`${inFlight} at work, ${queued} waiting`);
  if (total.p95Ms > 0)
    parts.push(
      `first sound after ${firstByte.p50Ms} ms (p95 ${firstByte.p95Ms})`,
      `whole after ${total.p50Ms} ms (p95 ${total.p95Ms})`,
      `${realTimeFactor} of its length`,
    );
  if (lost > 0) parts.push(`${lost} races lost`);
  const list = (counts: Record<string, number>) =>
    Object.entries(counts)
      .toSorted(([, one], [, other]) => other - one)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
  if (one.rejected > 0) parts.push(`not fit to be heard: ${list(rejects)}`);
  if (one.failed > 0) parts.push(`failed: ${list(faults)}`);
  return `  ${endpoint}: ${parts.join('; ')}`;
}

function describeCache(child: string, { cache, earlier }: VoiceReport): string {
  const { memoryHits, diskHits, misses, joined } = cache;
  const others = earlier > 0 ? `, ${earlier} taken of another voice` : '';
  return `cache of ${child}: ${memoryHits} from memory, ${diskHits} from disk, ${joined} joined, ${misses} not there${others}`;
}

function describe(child: string, engine: string, of: (name: string) => number): string {
  const parts = [
    `${of('available')} of ${of('endpoints')} ready`,
    `${of('successes')} of ${of('requests')} spoken`,
  ];
  if (of('rejected') > 0) parts.push(`${of('rejected')} not fit to be heard`);
  if (of('failed') > 0) parts.push(`${of('failed')} failed`);
  if (of('restarts') > 0) parts.push(`restarted ${of('restarts')} times`);
  if (of('firstByteP95Ms') > 0) parts.push(`first sound within ${of('firstByteP95Ms')} ms (p95)`);
  return `voice of ${child}: ${engine}: ${parts.join(', ')}`;
}

function enginesIn(counters: Record<string, number>): Map<string, Map<string, number>> {
  const engines = new Map<string, Map<string, number>>();
  for (const [name, value] of Object.entries(counters)) {
    const [, engine, figure] = pattern.exec(name) ?? [];
    if (engine === undefined || figure === undefined || engine === 'cache') continue;
    engines.set(engine, (engines.get(engine) ?? new Map<string, number>()).set(figure, value));
  }
  return engines;
}
