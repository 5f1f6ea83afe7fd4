import type { DouyinLiveSource as DouyinLiveConfig } from '../../../protocol/sources/douyin-live.ts';
import { relayPolicy } from '../connection-policy.ts';
import { DouyinLiveSource } from '../douyin-live/douyin-live-source.ts';
import { DouyinLiveReader } from '../douyin-live/reader.ts';
import { decoderOf } from '../feeds/text-decoder.ts';
import type { SourceDefinition } from '../source.ts';

/** A room of Douyin through a running douyinLive, which does the signing. Asking it is free: it is asked over an open connection. */
export const douyinLive: SourceDefinition<DouyinLiveConfig> = {
  platform: 'douyin',
  policy: { ...relayPolicy, offlinePollMs: 5_000 },
  open: (config, parts) => new DouyinLiveSource(config, parts),
  openDecoder: (parts) => {
    const reader = new DouyinLiveReader(parts);
    return decoderOf((message) => reader.read(message));
  },
  check: async () => [],
  warmUp: async () => undefined,
};
