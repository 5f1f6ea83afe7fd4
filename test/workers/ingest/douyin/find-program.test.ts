import { chmod } from 'node:fs/promises';
import { delimiter, join, relative } from 'node:path';
import t from 'tap';
import { findProgram } from '../../../../workers/ingest/douyin/find-program.ts';

void t.test('findProgram() finds what the system would run', async (t) => {
  const folder = t.testdir({ first: { tool: '' }, second: { tool: '#!/bin/sh', folder: {} } });
  const tool = join(folder, 'second', 'tool');
  await chmod(tool, 0o755);
  const path = ['first', 'second'].map((name) => join(folder, name)).join(delimiter);
  t.equal(await findProgram('tool', { path }), tool, 'the first of the name may not be run');
  t.equal(await findProgram(tool, { path: '' }), tool);
  const near = `./${relative(process.cwd(), tool)}`;
  t.equal(await findProgram(near, { path: '' }), near);
  t.equal(await findProgram('tool', { path: join(folder, 'first') }), undefined);
  t.equal(await findProgram('folder', { path }), undefined, 'a folder is no program');
  t.equal(await findProgram('second/tool', { path: folder }), undefined, 'a place is not searched for');
});
