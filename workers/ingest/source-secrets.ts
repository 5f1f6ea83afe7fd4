/** Fields that are secret as a whole, or hold nothing else. */
const secretFields = new Set(['secret', 'headers']);
const scheme = /^(?:Bearer|Basic|Token) +/i;

/** What in a source's configuration nobody is to read in a log: who logs in to an address, what its query tells, headers, and keys. */
export function* secretsOf(config: object): Generator<string> {
  for (const [name, value] of Object.entries(config)) yield* secretsIn(value, secretFields.has(name));
}

function* secretsIn(value: unknown, isSecret: boolean): Generator<string> {
  if (Array.isArray(value)) for (const item of value) yield* secretsIn(item, isSecret);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value))
      yield* secretsIn(inner, isSecret || secretFields.has(name));
  } else if (typeof value !== 'string') return;
  else if (isSecret) yield* [value, value.replace(scheme, '')];
  else if (value.includes('://') && URL.canParse(value)) {
    const { username, password, search, searchParams } = new URL(value);
    yield* [username, password, search, ...searchParams.values()].filter(Boolean);
  }
}
