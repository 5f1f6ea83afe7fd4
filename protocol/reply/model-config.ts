import { z } from 'zod';
import { address, ms, web } from '../config-fields.ts';

const endpoint = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, { error: 'must be 1–32 small letters, digits or "-"' })
    .describe('Name in logs and reports'),
  url: address(web).describe(
    'Base address, such as https://host/v1; /chat/completions is added unless there',
  ),
  model: z.string().min(1).max(200).describe("The server's name for the model"),
  apiKey: z.string().default('').describe('Best as ${env:NAME}'),
  apiKeyFile: z.string().default('').describe('Or a file with it'),
  parameters: z
    .record(z.string().min(1), z.unknown())
    .default({})
    .describe('Added to each request, such as { enable_thinking: false }'),
  askUsage: z
    .boolean()
    .default(false)
    .describe('Asks for stream_options.include_usage, which some servers refuse'),
  beginsThinking: z
    .boolean()
    .default(false)
    .describe('Its answers begin with thoughts that have only an end mark (</think>)'),
});

const count = (max: number, fallback: number, description: string) =>
  z.int().min(0).max(max).default(fallback).describe(description);

/** Language models that answer what neither rules nor the shop's data answer. */
export const modelSchema = z.strictObject({
  endpoints: z.array(endpoint).max(8).default([]).describe('Asked in this order; empty: no model'),
  asks: z
    .enum(['unanswered', 'all'])
    .default('unanswered')
    .describe('all: the model words every answer, from the facts of the shop, which answer when it fails'),
  persona: z
    .string()
    .max(2_000)
    .default('你是直播间的主播，说话亲切、口语化，每次回答一到两句话。')
    .describe('Who speaks'),
  rules: z
    .array(z.string().min(1).max(500))
    .default([
      '只根据给出的资料回答；资料里没有的价格、库存、优惠和承诺一概不说，请观众看小黄车详情或者问客服。',
      '不说联系方式，不引导到站外，不评价别的店，不谈政治、医疗和投资。',
    ])
    .describe('What holds for each answer'),
  temperature: z.number().min(0).max(2).default(0.6),
  maxTokens: z.int().min(16).max(4_096).default(200),
  maxCharacters: z.int().min(20).max(1_000).default(120).describe('Of an answer; it ends with a sentence'),
  leastHan: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('Share of Chinese characters among the letters of a clause; below it is not said'),
  closing: z
    .string()
    .max(60)
    .default('一切以小黄车里的详情为准。')
    .describe('Said when an answer had to be given up after its beginning was heard; empty: nothing'),
  connectMs: ms(50, 60_000, 1_000, 'Until the connection stands'),
  firstTokenMs: ms(100, 120_000, 3_000, 'From the request until the first word'),
  gapMs: ms(100, 60_000, 1_500, 'Between two words'),
  totalMs: ms(200, 300_000, 12_000, 'Until the last word, all endpoints together'),
  breaker: z
    .strictObject({
      failures: z
        .int()
        .min(1)
        .max(100)
        .default(3)
        .describe('In a row, after which an endpoint is left alone'),
      openMs: ms(100, 3_600_000, 5_000, 'How long at first; doubled each time it fails again'),
      maxOpenMs: ms(100, 86_400_000, 300_000, 'How long at the most; at once after 401, 403 and 404'),
    })
    .prefault({}),
  rate: z
    .strictObject({
      capacity: z.number().min(1).max(10_000).default(5).describe('Requests that may come at once'),
      perSecond: z.number().min(0.001).max(1_000).default(1).describe('Requests per second in the long run'),
    })
    .prefault({}),
  daily: z
    .strictObject({
      requests: count(100_000_000, 0, '0: any number'),
      tokens: count(1_000_000_000_000, 0, 'Of questions and answers; 0: any number'),
    })
    .prefault({})
    .describe('Budget of a day (UTC)'),
  memory: z
    .strictObject({
      turns: z
        .int()
        .min(0)
        .max(20)
        .default(3)
        .describe('Questions and answers that are remembered of a viewer'),
      viewers: z.int().min(1).max(100_000).default(500),
      ttlMs: ms(1_000, 86_400_000, 600_000, 'A viewer who says nothing for so long is a new one'),
    })
    .prefault({}),
});

export type ModelConfig = z.infer<typeof modelSchema>;
export type ModelEndpointConfig = ModelConfig['endpoints'][number];
