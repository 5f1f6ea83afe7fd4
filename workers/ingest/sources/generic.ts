import { access, constants } from 'node:fs/promises';
import type { ConfigurationProblem } from '../../../protocol/configuration-error.ts';
import type { GenericSource as GenericConfig } from '../../../protocol/sources/generic.ts';
import { relayPolicy } from '../connection-policy.ts';
import { SocketSource } from '../feeds/socket-source.ts';
import { decoderOf } from '../feeds/text-decoder.ts';
import { NatsSource } from '../generic/nats-source.ts';
import { readMessage } from '../generic/read-message.ts';
import { WebhookSource } from '../generic/webhook-source.ts';
import type { Source, SourceDefinition, SourceParts } from '../source.ts';

const platform = 'generic';

/** Events of anybody, in one JSON format (docs/generic-source.md), by WebSocket, webhook or NATS. */
export const generic: SourceDefinition<GenericConfig> = {
  platform,
  policy: { ...relayPolicy, silenceWarnMs: 600_000, offlinePollMs: 2_000 },
  open: openGeneric,
  openDecoder: (parts) => decoderOf((message) => readMessage(message, parts).observations),
  check: checkGeneric,
  warmUp: async () => undefined,
};

function openGeneric({ transport }: GenericConfig, parts: SourceParts): Source {
  switch (transport.kind) {
    case 'websocket':
      return new SocketSource(platform, {
        name: 'Event server',
        address: transport.url,
        headers: transport.headers,
        parts,
        read: (message) => readMessage(message, parts).observations,
      });
    case 'webhook':
      return new WebhookSource(platform, transport, parts);
    case 'nats':
      return new NatsSource(platform, transport, parts);
  }
}

async function checkGeneric({ transport }: GenericConfig): Promise<ConfigurationProblem[]> {
  if (transport.kind !== 'nats' || !transport.credentialsFile) return [];
  try {
    await access(transport.credentialsFile, constants.R_OK);
    return [];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [{ path: 'transport.credentialsFile', message: `cannot be read: ${reason}` }];
  }
}
