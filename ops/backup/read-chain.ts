import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Head, Manifest, MessageRecord } from './archive.ts';
import { ArchiveError } from './archive.ts';
import { readArchive, readHead, verifyArchive } from './read-archive.ts';

export interface Chain {
  /** Paths, the full archive first. */
  files: string[];
  /** Of the last one: what there has to be in the end. */
  head: Head;
  manifest: Manifest;
  /** The newest configuration in any of them; undefined: none. */
  configuration: { file: string; text: string } | undefined;
  /** Messages in all of them together. */
  messages: number;
}

/**
 * An archive and those that it begins after, from the same folder, each read whole. Throws ArchiveError when one is missing, damaged,
 * or not the one that it was made after.
 */
export async function openChain(file: string, signal: AbortSignal): Promise<Chain> {
  const last = await readHead(file, signal);
  const files = [...last.chain.map((link) => join(dirname(file), basename(link.file))), file];
  for (const [index, link] of last.chain.entries()) {
    const path = files[index] ?? '';
    if (!(await isFile(path)))
      throw new ArchiveError(
        `Cannot use ${basename(file)}: it begins after ${link.file}, which is not in ${dirname(file)}`,
      );
  }
  let configuration: Chain['configuration'];
  let messages = 0;
  let manifest: Manifest | undefined;
  for (const [index, path] of files.entries()) {
    const verified = await verifyArchive(path, signal);
    const expected = last.chain[index]?.id ?? last.id;
    if (verified.head.id !== expected)
      throw new ArchiveError(
        `Cannot use ${basename(file)}: ${basename(path)} is another archive than the one it begins after`,
      );
    configuration = (await readConfiguration(path, signal)) ?? configuration;
    for (const stream of Object.values(verified.manifest.streams)) messages += stream.messages;
    manifest = verified.manifest;
  }
  if (!manifest) throw new ArchiveError(`Cannot use ${basename(file)}: it is empty`);
  return { files, head: last, manifest, configuration, messages };
}

/** The messages that were still in the streams when the last archive was made, oldest first within each stream. */
export async function* readChain(
  { files, manifest }: Pick<Chain, 'files' | 'manifest'>,
  signal: AbortSignal,
): AsyncGenerator<MessageRecord> {
  for (const file of files) {
    for await (const record of readArchive(file, signal)) {
      if (record.kind !== 'message') continue;
      if (record.seq >= (manifest.streams[record.stream]?.keptFrom ?? 0)) yield record;
    }
  }
}

async function readConfiguration(
  file: string,
  signal: AbortSignal,
): Promise<Chain['configuration'] | undefined> {
  for await (const record of readArchive(file, signal)) {
    if (record.kind === 'configuration') return { file: record.file, text: record.text };
    if (record.kind === 'message') return undefined;
  }
  return undefined;
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
