import { ordersVariable } from './sabotage-orders.ts';

/** What puts a saboteur into every Node process of a show; it takes its orders from the folder. */
export function sabotageEnvironment(orders: string): Record<string, string> {
  const saboteur = new URL('saboteur-loader.mjs', import.meta.url).href;
  const options = [process.env['NODE_OPTIONS'] ?? '', `--import=${saboteur}`];
  return { NODE_OPTIONS: options.join(' ').trim(), [ordersVariable]: orders };
}
