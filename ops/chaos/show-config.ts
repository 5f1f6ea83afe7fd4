/** Rooms are called so, and their simulators `sim-<room>`. */
export const roomName = (index: number): string => `room${index + 1}`;

/** The configuration of a show in lively simulated rooms, whose sound is written to files. A seed gives the same rooms each time. */
export function showConfig({ seed, pace, rooms }: { seed: number; pace: number; rooms: number }): object {
  const names = Array.from({ length: rooms }, (_, index) => roomName(index));
  return {
    rooms: names.map((id) => ({
      id,
      source: {
        type: 'douyin',
        webRid: id,
        pageUrl: `http://\${address:sim-${id}}`,
        pushUrls: [`ws://\${address:sim-${id}}`],
      },
    })),
    simulators: names.map((id, index) => ({
      id,
      type: 'douyin-room',
      webRid: id,
      seed: seed + index,
      pace,
    })),
    audio: { outputs: ['file'] },
    tts: { speed: 1.4 },
  };
}
