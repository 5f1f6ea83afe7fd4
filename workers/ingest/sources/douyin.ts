import type { DouyinSource as DouyinConfig } from '../../../protocol/config.ts';
import { genericPolicy, quickDelays } from '../connection-policy.ts';
import { checkDouyinSource } from '../douyin/check-source.ts';
import { DouyinSource } from '../douyin/douyin-source.ts';
import { openDouyinDecoder } from '../douyin/decoder.ts';
import { warmUpDouyin } from '../douyin/warm-up.ts';
import type { SourceDefinition } from '../source.ts';

/** A room of Douyin, read as the page in a browser reads it. */
export const douyin: SourceDefinition<DouyinConfig> = {
  platform: 'douyin',
  policy: {
    ...genericPolicy,
    delays: {
      ...genericPolicy.delays,
      closed: quickDelays,
      network: quickDelays,
      business: quickDelays,
      system: quickDelays,
    },
  },
  open: (config, parts) => new DouyinSource({ config, ...parts }),
  openDecoder: openDouyinDecoder,
  check: checkDouyinSource,
  warmUp: warmUpDouyin,
};
