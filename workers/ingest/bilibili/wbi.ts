import { createHash } from 'node:crypto';

/** The order in which the page picks characters of the two keys, as its script has had it since 2023. */
const order = [
  46, 47, 18, 2, 53, 8, 23, 32, 15, 50, 10, 31, 58, 3, 45, 35, 27, 43, 5, 49, 33, 9, 42, 19, 29, 28, 14, 39,
  12, 38, 41, 13,
];
/** In values these are left out. */
const dropped = /[!'()*]/g;

/** The key in the addresses of two pictures that `nav` tells: the names of their files, mixed. Empty when they are none. */
export function mixinKey(imageUrl: string, subUrl: string): string {
  const raw = fileStem(imageUrl) + fileStem(subUrl);
  return raw.length < 64 ? '' : order.map((index) => raw[index]).join('');
}

/** The query with `wts` (unix seconds) and `w_rid`: md5 of the sorted query and the key. */
export function signQuery(
  parameters: Record<string, string | number>,
  key: string,
  nowSeconds: number,
): string {
  const all: Record<string, string | number> = { ...parameters, wts: nowSeconds };
  const query = Object.keys(all)
    .toSorted()
    .map(
      (name) =>
        `${encodeURIComponent(name)}=${encodeURIComponent(String(all[name]).replaceAll(dropped, ''))}`,
    )
    .join('&');
  return `${query}&w_rid=${createHash('md5')
    .update(query + key)
    .digest('hex')}`;
}

function fileStem(url: string): string {
  return (url.split('/').at(-1) ?? '').split('.')[0] ?? '';
}
