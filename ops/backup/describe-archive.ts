import type { Head, Manifest } from './archive.ts';

/** An archive for people, in a few lines. */
export function describeArchive(file: string, head: Head, manifest: Manifest): string {
  const names = Object.keys(manifest.streams);
  const width = Math.max(...names.map((name) => name.length));
  const rows = names.map((name) => {
    const { messages = 0, first = 0, last = 0 } = manifest.streams[name] ?? {};
    const range = messages > 0 ? `, sequences ${first} to ${last}` : '';
    return `  ${name.padEnd(width)}  ${messages} messages${range}`;
  });
  const { events, outcomes, open, lost } = manifest.balance.result;
  return [
    `${file}: ${head.type} archive of ${head.created}, whole and readable`,
    ...rows,
    `  the ledger then: ${events} events, ${outcomes} outcomes, ${open} open, ${lost} lost`,
    ...(head.chain.length > 0
      ? [`  a restore needs also: ${head.chain.map(({ file: needed }) => needed).join(', ')}`]
      : []),
    '  without the sound (AUDIO): what was not heard yet is synthesised anew',
  ].join('\n');
}
