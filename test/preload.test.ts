import { execFileSync } from 'node:child_process';
import t from 'tap';

const program = `console.log(JSON.stringify({
  options: process.env.NODE_OPTIONS ?? null,
  followed: Object.keys(process.env).some((name) => name.startsWith('_TAPJS_')),
  hasCache: process.env.NODE_COMPILE_CACHE !== undefined,
}))`;

function see(env: NodeJS.ProcessEnv): unknown {
  return JSON.parse(execFileSync(process.execPath, ['--eval', program], { encoding: 'utf8', env }));
}

void t.test('what a test starts runs as it would without the test runner', (t) => {
  t.same(see(process.env), { options: null, followed: false, hasCache: true });
  t.match(see({ ...process.env, NODE_OPTIONS: '--no-warnings' }), { options: /^"?--no-warnings"?$/ });
  t.same(see({ PATH: process.env['PATH'] }), { options: null, followed: false, hasCache: false });
  t.end();
});
