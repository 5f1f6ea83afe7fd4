/**
 * Nothing was sent. `full`: too many wait there already. `limited`: so much was asked of it lately that its turn would come too late.
 * `left-alone`: it is cold, being renewed, or failed too often.
 */
export class NotAskedError extends Error {
  override name = 'NotAskedError';
  readonly code: 'full' | 'limited' | 'left-alone';

  constructor(code: NotAskedError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
