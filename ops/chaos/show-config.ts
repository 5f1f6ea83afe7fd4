/** Rooms are called so, and their simulators `sim-<room>`. */
export const roomName = (index: number): string => `room${index + 1}`;

/** The configuration of a show in lively simulated rooms, whose sound is written to files. A seed gives the same rooms each time. */
export function showConfig({
  seed,
  pace,
  rooms,
  addresses = new Map(),
  supervisor = {},
}: {
  seed: number;
  pace: number;
  rooms: number;
  /** `host:port` of who stands between a room and its listener; without one it is the simulator itself. */
  addresses?: Map<string, string>;
  /** Settings of the supervisor. */
  supervisor?: object;
}): object {
  const names = Array.from({ length: rooms }, (_, index) => roomName(index));
  return {
    rooms: names.map((id) => {
      const address = addresses.get(id) ?? `\${address:sim-${id}}`;
      return {
        id,
        source: {
          type: 'douyin',
          webRid: id,
          pageUrl: `http://${address}`,
          pushUrls: [`ws://${address}`],
        },
      };
    }),
    simulators: names.map((id, index) => ({
      id,
      type: 'douyin-room',
      webRid: id,
      seed: seed + index,
      pace,
    })),
    audio: { outputs: ['file'] },
    tts: { speed: 1.4 },
    supervisor,
  };
}
