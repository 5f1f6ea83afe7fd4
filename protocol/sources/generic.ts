import { z } from 'zod';
import { address, ms, port, socket } from '../config-fields.ts';

const webSocket = z.strictObject({
  kind: z.literal('websocket'),
  url: address(socket).describe('The server that we connect to; it sends events'),
  headers: z
    .record(z.string().regex(/^[\w-]+$/), z.string())
    .default({})
    .describe('Sent with the handshake, such as an authorization'),
});

const webhook = z.strictObject({
  kind: z.literal('webhook'),
  host: z.string().min(1).default('127.0.0.1').describe('Where we listen'),
  port: port(0, 'Where we listen; 0: any that is free, which the room then tells'),
  secret: z
    .string()
    .min(16, { error: 'must have at least 16 characters; take it from the environment: ${env:NAME}' })
    .describe('Shared with whoever sends: each request is signed with it (HMAC-SHA256)'),
  windowMs: ms(1_000, 3_600_000, 300_000, 'A request whose timestamp is further off than this is refused'),
  keepTimeoutMs: ms(100, 600_000, 10_000, 'Events that are not kept by then are answered with 503'),
});

const nats = z.strictObject({
  kind: z.literal('nats'),
  servers: z
    .array(address(['nats://', 'tls://']))
    .min(1)
    .describe('The NATS servers'),
  subject: z
    .string()
    .regex(/^[^\s.]+(\.[^\s.]+)*$/, { error: 'must be a NATS subject' })
    .describe('The events are published to it; wildcards may be used'),
  queue: z.string().default('').describe('Queue group, if events are to be shared with others'),
  credentialsFile: z.string().default('').describe('Credentials file for these servers'),
});

export const genericSchema = z.strictObject({
  type: z.literal('generic'),
  transport: z
    .discriminatedUnion('kind', [webSocket, webhook, nats])
    .describe('How the events come: docs/generic-source.md'),
});

export type GenericSource = z.infer<typeof genericSchema>;
export type WebhookConfig = Extract<GenericSource['transport'], { kind: 'webhook' }>;
export type NatsConfig = Extract<GenericSource['transport'], { kind: 'nats' }>;
