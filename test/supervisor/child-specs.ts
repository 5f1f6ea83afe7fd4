import type { ChildSpec } from '../../supervisor/child-spec.ts';

/** A child as others are, for tests of decisions. */
export function specOf(id: string, change: Partial<ChildSpec> = {}): ChildSpec {
  return {
    id,
    role: 'tts',
    subject: '',
    entry: 'workers/tts/main.ts',
    dependsOn: [],
    needsAddressOf: [],
    needsBus: true,
    restart: 'permanent',
    replicas: { min: 1, max: 1 },
    spares: 1,
    exclusive: true,
    holdsPlace: false,
    sharded: false,
    swappable: true,
    settings: '',
    readyTimeoutMs: 1_000,
    heartbeatDeadlineMs: 2_500,
    progressDeadlineMs: 30_000,
    reconnectTimeoutMs: 10_000,
    handOverMs: 1_000,
    reportMs: 300,
    termMs: 500,
    softMb: 400,
    limitMb: 512,
    cpuPct: 180,
    maxAgeMs: 0,
    ...change,
  };
}
