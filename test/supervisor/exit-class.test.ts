import t from 'tap';
import { exitClass, withKernelsPart } from '../../supervisor/exit-class.ts';

void t.test('exitClass() tells what an exit code and a signal say', (t) => {
  t.equal(exitClass(0, null), 'clean');
  t.equal(exitClass(78, null), 'refused');
  t.equal(exitClass(125, null), 'gave-up');
  t.equal(exitClass(1, null), 'failed');
  t.equal(exitClass(null, 'SIGSEGV'), 'failed');
  t.equal(exitClass(null, 'SIGKILL'), 'killed');
  t.end();
});

void t.test(
  'withKernelsPart() makes a failure of an end for want of memory, which nobody else is to blame for',
  (t) => {
    const killed = { reason: 'ended by SIGKILL', exit: 'killed' } as const;
    t.same(withKernelsPart(killed, 0), killed);
    t.same(withKernelsPart(killed, 1), {
      reason: 'ended by SIGKILL by the kernel, for want of memory',
      exit: 'failed',
    });
    t.match(withKernelsPart({ reason: 'ended with code 78', exit: 'refused' }, 1), { exit: 'refused' });
    t.end();
  },
);
