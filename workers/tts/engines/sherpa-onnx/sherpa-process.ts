import type { SherpaOrder, SherpaReport } from './sherpa-messages.ts';

/** The part of the package that is used, as its examples use it. */
interface SherpaModule {
  OfflineTts: new (config: object) => {
    generate(order: { text: string; sid: number; speed: number }): {
      samples: Float32Array;
      sampleRate: number;
    };
  };
}

/** A process of its own: the model is native code, which may crash, leak or hang, and then takes only this process with it. */
let voice: InstanceType<SherpaModule['OfflineTts']> | undefined;

process.on('message', (order: SherpaOrder) => {
  void obey(order)
    .catch((error: unknown): SherpaReport => {
      return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
    })
    .then((report) => process.send?.(report));
});

// Whoever started it is gone.
process.on('disconnect', () => process.exit());

async function obey(order: SherpaOrder): Promise<SherpaReport> {
  switch (order.kind) {
    case 'load': {
      const loaded: SherpaModule & { default?: SherpaModule } = await import(order.module);
      const { OfflineTts } = loaded.default ?? loaded;
      voice = new OfflineTts(order.config);
      return { kind: 'loaded' };
    }
    case 'speak': {
      if (!voice) throw new Error('Cannot speak: no model is loaded');
      const { text, sid, speed } = order;
      const { samples, sampleRate } = voice.generate({ text, sid, speed });
      return { kind: 'spoken', samples, sampleRateHz: sampleRate };
    }
  }
}
