import { speechFaultNames } from '../../../protocol/simulated-faults.ts';
import type { SpeechFault } from '../../../protocol/simulated-faults.ts';
import { gptSovits, openAi } from './failover-row.ts';
import { ServerProcess } from './speech-servers.ts';

/** Of all requests to the servers; each fault has the same share of it. */
const faultShare = 0.35;
/** So that ten thousand requests take minutes and not hours. */
const times = {
  slowFirstByteMs: 700,
  busyMs: 300,
  restartMs: 300,
  refuseMs: 200,
  lorisPauseMs: 200,
  reloadMs: 20,
  degradationMs: 1,
  retryAfterSeconds: 0.1,
};
const limits = { connectMs: 300, firstByteMs: 1_000, gapMs: 400, totalMs: 3_000 };
const breaker = { failures: 3, openMs: 100, maxOpenMs: 500 };
const rate = { capacity: 1_000, perSecond: 1_000 };

/** Simulated servers of three kinds. */
export interface FaultyServers extends AsyncDisposable {
  gsv: ServerProcess[];
  web: ServerProcess;
  cosy: ServerProcess;
  all: ServerProcess[];
}

/** Nothing is wrong with them yet. */
export async function openFaultyServers(): Promise<FaultyServers> {
  const stack = new AsyncDisposableStack();
  const open = async (...given: Parameters<typeof ServerProcess.open>) =>
    stack.use(await ServerProcess.open(...given));
  try {
    const common = ['--inference-ms', '20', '--jitter', '0.5'];
    const gsv = [
      await open('gpt-sovits', [...common, '--seed', '1']),
      await open('gpt-sovits', [...common, '--seed', '2']),
      await open('gpt-sovits', [...common, '--seed', '5']),
      await open('gpt-sovits', [...common, '--seed', '6', '--wrap-share', '0.1']),
    ];
    const web = await open('openai-speech', [...common, '--seed', '3']);
    const cosy = await open('cosyvoice', [...common, '--seed', '4']);
    const dispose = async () => await stack.disposeAsync();
    return { gsv, web, cosy, all: [...gsv, web, cosy], [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** `tts` of a configuration in which they are the engines; nothing is made ahead. */
export const faultyEngines = ({ gsv, web, cosy }: FaultyServers) => ({
  engines: [
    gptSovits(
      'gsv',
      gsv.map(({ url }) => url),
      { ...limits, breaker, rate },
    ),
    openAi('web', web.url, { ...limits, breaker, rate, apiKey: '' }),
    {
      id: 'cosy',
      type: 'cosyvoice',
      endpoints: [cosy.url],
      voices: [{ name: 'shop', mode: 'sft', speaker: '中文女' }],
      ...limits,
      breaker,
      rate,
    },
  ],
  hedge: { leastMs: 250 },
  segmentTimeoutMs: 12_000,
  cache: { maxMb: 1, maxDiskMb: 0, variantAfter: 0, warmUp: 0 },
});

/** From here on they do everything wrong, at random. */
export async function makeFaulty({ all }: FaultyServers): Promise<void> {
  const probabilities = Object.fromEntries(
    faultNames.map((name) => [name, faultShare / faultNames.length]),
  ) as Record<SpeechFault, number>;
  await Promise.all(all.map(async (server) => await server.change({ probabilities, times })));
}

/** How many faults servers were told to make. */
export const countFaults = (states: readonly { faults: Partial<Record<SpeechFault, number>> }[]): number =>
  states.reduce(
    (sum, { faults: { ok: _ok = 0, ...rest } }) => sum + Object.values(rest).reduce((a, b) => a + b, 0),
    0,
  );

/**
 * Drawn are all but two, which are made by the server itself out of what it is asked: voices are crossed when it works on two requests at
 * once, and speak with an earlier model when it changes between them. How many it worked on at once is looked at instead.
 */
const faultNames = speechFaultNames.filter(
  (name) => !['ok', 'weights-race', 'crossed-voices'].includes(name),
);
