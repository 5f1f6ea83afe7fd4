/** Added to what is declared for the embedded voice: its memory, which the simulators put back to have the same samples each time. */
declare module '@echogarden/espeak-ng-emscripten' {
  export interface Espeak {
    /** Another object after the memory has grown. */
    readonly HEAPU8: Uint8Array<ArrayBuffer>;
  }
}
