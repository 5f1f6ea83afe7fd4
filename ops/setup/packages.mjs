import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nodeEnvironment } from './node-environment.mjs';
import { pickLines, run } from './run.mjs';

const deadlineMs = 60_000;

/**
 * Packs the packages that workers import into few files. Only a head start: without it they are read one by one.
 *
 * @param {{root: string, node: string, signal: AbortSignal, report: import('./report.mjs').Report}} options
 */
export async function ensurePackedPackages({ root, node, signal, report }) {
  if (!existsSync(join(root, 'workers'))) return;
  const { ok, reason, output } = await report.step('packing packages', () =>
    run(node, [join(root, 'ops', 'setup', 'pack-packages.mjs')], {
      cwd: root,
      deadlineMs,
      signal,
      env: nodeEnvironment(root),
    }),
  );
  if (ok || signal.aborted) return;
  report.problem({
    what: 'packed packages, for quicker starts',
    why: `${reason}: ${pickLines(output, /error|cannot/i)}`,
    command: 'node ops/setup.mjs --force',
    required: false,
  });
}
