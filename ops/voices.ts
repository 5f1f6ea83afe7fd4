import type { ChildState } from '../protocol/ipc.ts';

const pattern = /^tts\.([a-z0-9-]+)\.(\w+)$/;

/** One line for each engine that whoever speaks now has, from its counters; nothing where nobody speaks. */
export function describeVoices(children: readonly ChildState[]): string[] {
  return children
    .filter(({ role, spare, state }) => role === 'tts' && !spare && state === 'running')
    .flatMap(({ id, counters }) =>
      [...enginesIn(counters)].map(([engine, figures]) =>
        describe(id, engine, (name) => figures.get(name) ?? 0),
      ),
    );
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
