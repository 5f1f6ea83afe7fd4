import type { BilibiliSource as BilibiliConfig } from '../../../protocol/sources/bilibili.ts';
import { BilibiliReader } from '../bilibili/reader.ts';
import { BilibiliSource } from '../bilibili/bilibili-source.ts';
import { genericPolicy } from '../connection-policy.ts';
import { checkCookieFile } from '../douyin/check-source.ts';
import { decoderOf } from '../feeds/text-decoder.ts';
import type { SourceDefinition } from '../source.ts';

/**
 * A room of Bilibili. Something comes every 30 s in the quietest one, the answer to a heartbeat, so that silence is told from a dead
 * connection. Prices (`diamonds`) are in gold coins, 1,000 to the yuan.
 */
export const bilibili: SourceDefinition<BilibiliConfig> = {
  platform: 'bilibili',
  policy: {
    ...genericPolicy,
    delays: {
      ...genericPolicy.delays,
      closed: { growth: 'exponential', firstMs: 1_000, mostMs: 30_000 },
      network: { growth: 'exponential', firstMs: 1_000, mostMs: 60_000 },
    },
    silenceLostMs: 90_000,
  },
  open: (config, parts) => new BilibiliSource(config, parts),
  openDecoder: (parts) => {
    const reader = new BilibiliReader({ parts });
    return decoderOf((message) => reader.read(message));
  },
  check: checkCookieFile,
  warmUp: async () => undefined,
};
