import type { IncomingMessage } from 'node:http';

const maxBytes = 16 * 2 ** 20;

/** A file of a form. */
export type Upload = { readonly filename: string; readonly bytes: Buffer };
export type FormFields = { readonly fields: Map<string, string>; readonly files: Map<string, Upload> };

/** The whole body. @throws {TypeError} beyond 16 MB; an error when the client goes away. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request.iterator({ destroyOnReturn: false })) {
    if (!Buffer.isBuffer(part)) throw new TypeError('The body must come as bytes');
    size += part.length;
    if (size > maxBytes) throw new TypeError(`The body must not exceed ${maxBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** The fields of a form, urlencoded or multipart; none when it is neither. */
export function readForm(body: Buffer, contentType: string): FormFields {
  const fields = new Map<string, string>();
  const files = new Map<string, Upload>();
  if (contentType.startsWith('application/x-www-form-urlencoded')) {
    for (const [name, value] of new URLSearchParams(body.toString())) fields.set(name, value);
  }
  const boundary = /^multipart\/form-data;.*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  if (!boundary) return { fields, files };
  for (const part of splitParts(body, `--${boundary[1] ?? boundary[2]}`)) {
    const end = part.indexOf('\r\n\r\n');
    const headers = part.subarray(0, end).toString();
    const content = part.subarray(end + 4);
    const name = /[ ;]name="([^"]*)"/i.exec(headers)?.[1];
    if (end < 0 || name === undefined) continue;
    const filename = /filename="([^"]*)"/i.exec(headers)?.[1];
    if (filename === undefined) fields.set(name, content.toString());
    else files.set(name, { filename, bytes: content });
  }
  return { fields, files };
}

/** What lies between the delimiters, without the line ends that belong to them. */
function splitParts(body: Buffer, delimiter: string): Buffer[] {
  const parts: Buffer[] = [];
  let at = body.indexOf(delimiter);
  while (at >= 0) {
    const start = at + delimiter.length + 2;
    const next = body.indexOf(`\r\n${delimiter}`, start - 2);
    if (next < 0) return parts;
    parts.push(body.subarray(start, next));
    at = next + 2;
  }
  return parts;
}
