/** What we use of the optional package "speaker"; declared here because it is absent, with its types, where it does not compile. */
declare module 'speaker' {
  import { Writable } from 'node:stream';

  class Speaker extends Writable {
    constructor(format: {
      channels: number;
      bitDepth: number;
      sampleRate: number;
      device?: string;
      samplesPerFrame?: number;
    });
  }
  export = Speaker;
}
