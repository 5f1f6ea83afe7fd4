import type { Fault } from '../fault.ts';
import { nobody } from '../fault.ts';

const busAnswerMs = 2_000;

/** Healed when another server is up and answers: the state file names it as soon as it is started. */
export function onBus(signal: 'SIGKILL' | 'SIGSTOP'): Fault {
  return {
    kind: 'bus',
    does: signal === 'SIGKILL' ? 'kills the bus' : 'stops the bus (SIGSTOP)',
    async cause({ show }) {
      const pid = show.state?.nats.pid ?? 0;
      if (pid === 0) return undefined;
      const causedAt = performance.now();
      process.kill(pid, signal);
      const healed = async () => {
        const nats = show.state?.nats;
        if (!nats || nats.pid === 0 || nats.pid === pid) return false;
        const deadline = AbortSignal.timeout(busAnswerMs);
        const answer = await fetch(`${nats.monitorUrl}/healthz?js-server-only=true`, { signal: deadline });
        return answer.ok;
      };
      const noticed = () => show.state?.nats.pid !== pid;
      return { victim: 'nats-server', causedAt, healed, noticed, mayGo: nobody };
    },
  };
}
