import { spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, readdirSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { once } from 'node:events';
import { AckPolicy, DiscardPolicy, RetentionPolicy, StorageType, jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { connect, nanos } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Test } from 'tap';
import { buckets, consumersFor, streams } from '../../protocol/streams.ts';

export interface TestNats {
  url: string;
  /** Ends the server and takes its folder away; the test's teardown does it too. */
  stop(): Promise<void>;
}

/** A real server with all streams, buckets and the consumers of these rooms, on a port of its own choice, without authorisation. */
export async function startNats(t: Test, rooms = ['demo']): Promise<TestNats> {
  const folder = mkdtempSync(join(tmpdir(), 'onair-nats-'));
  const server = spawn(
    findServer(),
    ['-a', '127.0.0.1', '-p', '-1', '-js', '-sd', join(folder, 'js'), '--ports_file_dir', folder],
    { stdio: 'ignore' },
  );
  const ended = once(server, 'exit');
  const stop = async (): Promise<void> => {
    if (server.exitCode === null && server.signalCode === null) server.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  t.teardown(stop);
  const url = await readUrl(folder, ended);
  const connection = await connect({ servers: [url], timeout: 20_000 });
  try {
    await layOut(connection, rooms);
  } finally {
    await connection.close();
  }
  return { url, stop };
}

/** How a bus reaches it: no authorisation, and an inbox of its own. */
export const accessTo = (url: string) => ({
  servers: [url],
  seed: '',
  inboxPrefix: '_INBOX_test',
  credentials: '',
});

/** Makes what the supervisor makes in production. */
async function layOut(connection: NatsConnection, rooms: string[]): Promise<void> {
  const manager = await jetstreamManager(connection, { timeout: 20_000 });
  for (const { name, subjects, maxAgeMs, duplicateWindowMs, discard, diskShare, description } of streams) {
    await manager.streams.add({
      name,
      subjects,
      description,
      max_age: nanos(maxAgeMs),
      duplicate_window: nanos(duplicateWindowMs),
      discard: discard === 'new' ? DiscardPolicy.New : DiscardPolicy.Old,
      max_bytes: diskShare * 2_000_000_000,
      retention: RetentionPolicy.Limits,
      storage: StorageType.File,
      allow_direct: true,
    });
  }
  for (const { stream, name, filter, ackWaitMs, maxAckPending } of consumersFor(rooms)) {
    await manager.consumers.add(stream, {
      durable_name: name,
      filter_subject: filter,
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(ackWaitMs),
      max_ack_pending: maxAckPending,
    });
  }
  const kvm = new Kvm(connection);
  for (const bucket of buckets) await kvm.create(bucket);
}

export function findServer(): string {
  const named = process.env['NATS_SERVER_BIN'];
  const folders = ['.runtime/bin', ...(process.env['PATH'] ?? '').split(delimiter)];
  const candidates = [...(named ? [named] : []), ...folders.map((folder) => join(folder, 'nats-server'))];
  const found = candidates.find(isProgram);
  if (!found) throw new Error('No nats-server found; run: node ops/setup.mjs --dev');
  return found;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The server writes its ports once it listens. */
async function readUrl(folder: string, ended: Promise<unknown>): Promise<string> {
  const signal = AbortSignal.timeout(30_000);
  const watcher = watch(folder);
  try {
    for (;;) {
      const url = findUrl(folder);
      if (url) return url;
      const changed = once(watcher, 'change', { signal });
      await Promise.race([changed, ended.then(() => Promise.reject(new Error('nats-server ended')))]);
    }
  } finally {
    watcher.close();
  }
}

function findUrl(folder: string): string | undefined {
  const file = readdirSync(folder).find((name) => name.endsWith('.ports'));
  if (!file) return undefined;
  try {
    const { nats } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { nats: string[] };
    return nats[0];
  } catch {
    // Caught in the middle of writing; another change follows.
    return undefined;
  }
}
