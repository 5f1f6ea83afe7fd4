/** JSON in which the digits of an id stand as a number, whatever its size, as C# and Go write them. */
export function wide(digits: string | bigint): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(String(digits));
}
