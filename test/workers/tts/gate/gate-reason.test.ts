import t from 'tap';
import { gateReasons, gateRepairs } from '../../../../workers/tts/gate/gate-reason.ts';

void t.test('gateReasons and gateRepairs name each thing once, so that they may be counted by name', (t) => {
  const names = [...gateReasons, ...gateRepairs];
  t.equal(new Set(names).size, names.length);
  for (const name of names) t.match(name, /^[a-z]+(-[a-z]+)?$/);
  t.end();
});
