import { setTimeout as wait } from 'node:timers/promises';
import type { Exchange } from './exchange.ts';
import type { Gate } from './gate.ts';
import type { SeededRandom } from '../douyin-room/scenario/seeded-random.ts';
import type { FaultTimes } from './settings.ts';

/** How a kind of server words a refusal. */
export type Refusals = {
  readonly badRequest: unknown;
  readonly unprocessable: unknown;
  readonly tooMany: unknown;
};

export type WireOptions = {
  readonly gate: Gate;
  readonly times: FaultTimes;
  readonly random: SeededRandom;
  readonly refusals: Refusals;
  /** Refuses connections for so long. */
  readonly shutFor: (ms: number) => void;
  readonly restart: () => void;
  /** The next request on this connection is reset. */
  readonly doom: () => void;
};

type GatewayError = readonly [status: number, reason: string];
const gatewayErrors: readonly [GatewayError, ...GatewayError[]] = [
  [502, 'Bad Gateway'],
  [503, 'Service Temporarily Unavailable'],
  [504, 'Gateway Time-out'],
];
const html = { 'content-type': 'text/html' };

/** Does what a fault does before any sound is made; true when the request is answered, or never will be. */
export async function failOnTheWire(exchange: Exchange, options: WireOptions): Promise<boolean> {
  const { gate, times, random, refusals } = options;
  switch (exchange.fault) {
    case 'bad-request':
      exchange.json(400, refusals.badRequest);
      return true;
    case 'unprocessable':
      exchange.json(422, refusals.unprocessable);
      return true;
    case '429':
      exchange.json(429, refusals.tooMany, { 'retry-after': String(times.retryAfterSeconds) });
      return true;
    case '500':
      exchange.answer(500, 'Internal Server Error', { 'content-type': 'text/plain; charset=utf-8' });
      return true;
    case '502-503-504': {
      const [status, reason] = random.pick(gatewayErrors);
      exchange.answer(
        status,
        `<html><head><title>${status} ${reason}</title></head><body></body></html>\n`,
        html,
      );
      return true;
    }
    case 'html-200':
      exchange.answer(200, '<!DOCTYPE html><html><body><h1>Welcome to nginx!</h1></body></html>\n', html);
      return true;
    case 'hang':
      await exchange.untilGone();
      return true;
    case 'headers-half':
      exchange.response.socket?.write('HTTP/1.1 200 OK\r\nContent-Type: audio/w');
      await exchange.cut();
      return true;
    case 'refuse':
      options.shutFor(times.refuseMs);
      exchange.reset();
      return true;
    case 'restart':
      options.restart();
      return true;
    case 'keep-alive-reset':
      options.doom();
      return false;
    case 'busy': {
      using _hold = await gate.enter();
      await wait(times.busyMs, undefined, { signal: exchange.closing });
      return false;
    }
    default:
      return false;
  }
}
