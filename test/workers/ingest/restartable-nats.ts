import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect } from '@nats-io/transport-node';
import type { Test } from 'tap';
import { setUpBus } from '../../../supervisor/bus-setup.ts';
import { findNatsServer } from '../../../supervisor/nats-binary.ts';

/** A real server that can be killed and started again, at the same address and on the same store. */
export class RestartableNats {
  url = '';
  readonly #binary: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'onair-nats-'));
  #server: ChildProcess | undefined;

  constructor(binary: string) {
    this.#binary = binary;
  }

  static async open(t: Test): Promise<RestartableNats> {
    const { path } = await findNatsServer(fileURLToPath(new URL('../../..', import.meta.url)));
    const nats = new RestartableNats(path);
    t.teardown(async () => {
      await nats.kill();
      rmSync(nats.#folder, { recursive: true, force: true });
    });
    await nats.start();
    const connection = await connect({ servers: [nats.url], timeout: 20_000 });
    await setUpBus(connection);
    await connection.close();
    return nats;
  }

  async start(): Promise<void> {
    const port = this.url === '' ? '-1' : new URL(this.url).port;
    const place = ['-js', '-sd', join(this.#folder, 'js'), '--ports_file_dir', this.#folder];
    this.#server = spawn(this.#binary, ['-a', '127.0.0.1', '-p', port, ...place], { stdio: 'ignore' });
    const { pid } = this.#server;
    // The server writes its ports once it listens.
    while (this.#server.exitCode === null) {
      const name = readdirSync(this.#folder).find((file) => file.endsWith(`_${pid}.ports`));
      const [, url] = /"(nats:[^"]+)"/.exec(name ? readFileSync(join(this.#folder, name), 'utf8') : '') ?? [];
      if (url) this.url = url;
      if (url) return;
      await sleep(5);
    }
    throw new Error(`nats-server ended with ${this.#server.exitCode}`);
  }

  signal(name: NodeJS.Signals): void {
    this.#server?.kill(name);
  }

  async kill(): Promise<void> {
    const server = this.#server;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  }
}
