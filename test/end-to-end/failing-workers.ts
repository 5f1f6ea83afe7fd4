import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';

export interface FailingWorkers {
  /** From now on every process of the service ends with this code before it has said a word. */
  begin: (service: string, code: number) => void;
  end: (service: string) => void;
}

/** Lets workers of the shows that are started after this fail at their start. */
export function failingWorkers(t: Test): FailingWorkers {
  const folder = mkdtempSync(join(tmpdir(), 'onair-ends-'));
  const before = process.env['NODE_OPTIONS'] ?? '';
  const fixture = new URL('fixtures/ends-at-start.ts', import.meta.url).href;
  process.env['NODE_OPTIONS'] = `${before} --import=${fixture}`.trim();
  process.env['ONAIR_TEST_ENDS'] = folder;
  t.teardown(() => {
    delete process.env['ONAIR_TEST_ENDS'];
    if (before === '') delete process.env['NODE_OPTIONS'];
    else process.env['NODE_OPTIONS'] = before;
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    begin: (service, code) => writeFileSync(join(folder, service), String(code)),
    end: (service) => rmSync(join(folder, service)),
  };
}
