import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { isModelFault, modelFaultLines } from '../../../protocol/simulated-model-faults.ts';
import { openModel } from './server.ts';

const text = { type: 'string' } as const;
const usage = `node ops/sim/model/main.ts [--port N] [--seed N] [--api-key TEXT] [--first-token-ms N] [--token-ms N] [--answer TEXT] [--always FAULT] [--log FILE]

Simulated OpenAI-compatible language model on 127.0.0.1. A request asks for a fault with the header x-sim-fault, or with #fault:NAME in its text.

${Object.entries(modelFaultLines)
  .map(([name, { doc }]) => `  ${name.padEnd(18)} ${doc}`)
  .join('\n')}`;

try {
  const { values } = parseArgs({
    options: {
      port: text,
      seed: text,
      'api-key': text,
      'first-token-ms': text,
      'token-ms': text,
      answer: text,
      always: text,
      log: text,
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) console.log(usage);
  else {
    const always = values.always ?? 'ok';
    if (!isModelFault(always)) throw new TypeError(`There is no fault "${always}"; see --help`);
    await using server = await openModel({
      always,
      port: readNumber('port', values.port, 0),
      seed: readNumber('seed', values.seed, 1),
      firstTokenMs: readNumber('first-token-ms', values['first-token-ms'], 200),
      tokenMs: readNumber('token-ms', values['token-ms'], 20),
      apiKey: values['api-key'] ?? '',
      answer: values.answer ?? '',
      logFile: values.log ?? '',
    });
    console.log(JSON.stringify({ url: server.url, address: server.address, port: server.port }));
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), server.untilDone()]);
  }
} catch (error) {
  if (!(error instanceof TypeError)) throw error;
  console.error(`Cannot open the server: ${error.message}`);
  process.exitCode = 78;
}

function readNumber(name: string, given: string | undefined, fallback: number): number {
  const number = given === undefined ? fallback : Number(given);
  if (Number.isInteger(number) && number >= 0) return number;
  throw new TypeError(`--${name} must be a whole number, got "${given}"`);
}
