import type { BarrageGrabSource as BarrageGrabConfig } from '../../../protocol/sources/barrage-grab.ts';
import { BarrageGrabSource, BarrageReader } from '../barrage-grab/barrage-grab-source.ts';
import { relayPolicy } from '../connection-policy.ts';
import { decoderOf } from '../feeds/text-decoder.ts';
import type { SourceDefinition } from '../source.ts';

/** A room of Douyin, as DouyinBarrageGrab captures it from a browser or from 直播伴侣 on a machine nearby. */
export const barrageGrab: SourceDefinition<BarrageGrabConfig> = {
  platform: 'douyin',
  policy: relayPolicy,
  open: (config, parts) => new BarrageGrabSource(config, parts),
  openDecoder: (parts) => {
    const reader = new BarrageReader(parts, '');
    return decoderOf((message) => reader.read(message));
  },
  check: async () => [],
  warmUp: async () => undefined,
};
