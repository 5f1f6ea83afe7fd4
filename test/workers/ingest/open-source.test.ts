import { join } from 'node:path';
import t from 'tap';
import { ConfigurationError } from '../../../protocol/configuration-error.ts';
import { checkSources } from '../../../workers/ingest/open-source.ts';
import { roomConfig } from '../../support/ingest-room.ts';

const signer = (program: string) => ({ type: 'command' as const, command: [program], timeoutMs: 3_000 });

void t.test('checkSources() tells all problems of all rooms at once, each with its path', async (t) => {
  const folder = t.testdir({ cookie: 'a=1', script: 'echo S' });
  const program = join(folder, 'script');
  const rooms = [
    roomConfig({ cookieFile: '/nowhere/cookie', signer: signer('/nowhere/signer') }),
    roomConfig({ cookieFile: join(folder, 'cookie'), signer: signer(process.execPath) }),
    roomConfig({ cookieFile: folder, signer: signer('no-such-program-anywhere') }),
    roomConfig({ signer: signer(program) }),
  ];
  const error = await checkSources(rooms).catch((reason: unknown) => reason);
  if (!(error instanceof ConfigurationError)) throw new Error(`Not refused: ${String(error)}`);
  t.match(error.problems, [
    { path: 'rooms[0].source.cookieFile', message: /^cannot be read: ENOENT/ },
    { path: 'rooms[0].source.signer.command[0]', message: 'there is no program "/nowhere/signer"' },
    { path: 'rooms[2].source.cookieFile', message: /^cannot be read: EISDIR/ },
    { path: 'rooms[2].source.signer.command[0]', message: 'there is no program "no-such-program-anywhere"' },
    { path: 'rooms[3].source.signer.command[0]', message: `there is no program "${program}"` },
  ]);
  t.equal(error.problems.length, 5);
});

void t.test('checkSources() finds nothing wrong with rooms that need nothing', async (t) => {
  await t.resolves(checkSources([roomConfig({}), roomConfig({ signer: { type: 'none' } })]));
});
