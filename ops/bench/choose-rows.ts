/** Names out of a comma-separated list, in the order of the rows; empty: all. Throws an Error that names what there is not. */
export function chooseRows(list: string, rows: Record<string, unknown>): string[] {
  const names = list.split(',').flatMap((name) => name.trim() || []);
  const unknown = names.filter((name) => !(name in rows));
  if (unknown.length > 0)
    throw new Error(`There is no row "${unknown.join('", "')}"; there are ${Object.keys(rows).join(', ')}`);
  return Object.keys(rows).filter((name) => names.length === 0 || names.includes(name));
}
