import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nodeEnvironment } from './node-environment.mjs';
import { pickLines, run } from './run.mjs';
import { readMarker, writeMarker } from './stamp.mjs';

const buildDeadlineMs = 120_000;

/**
 * Builds tap for the plugin list in .taprc. tap does it by itself at the first run with another list, but within that run, which would
 * count against the first tests. What it writes lies in node_modules/@tapjs/test/test-built and .tap/plugins.
 *
 * @param {{root: string, node: string, tapKey: string, force: boolean, signal: AbortSignal, report: import('./report.mjs').Report}} options
 */
export async function ensureTestRunner({ root, node, tapKey, force, signal, report }) {
  const tap = join(root, 'node_modules', 'tap', 'dist', 'esm', 'run.mjs');
  const marker = readMarker(root);
  if (marker.tapKey === tapKey && !force) return;
  if (existsSync(tap)) {
    const finished = await report.step("building the test runner for .taprc's plugins", () =>
      run(node, [tap, 'build'], {
        cwd: root,
        deadlineMs: buildDeadlineMs,
        signal,
        env: nodeEnvironment(root),
      }),
    );
    if (!finished.ok) {
      const why = `${finished.reason}: ${pickLines(finished.output, /error/i)}`;
      return report.problem({ what: 'test runner', why, command: 'npx tap build', required: false });
    }
  }
  writeMarker(root, { ...marker, tapKey });
}
