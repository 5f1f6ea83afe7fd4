import { createHash } from 'node:crypto';

/** What a signature speaks for, as found in the query of the WebSocket address. */
export type SignedRequest = {
  readonly roomId: string;
  readonly userUniqueId: string;
  readonly sdkVersion: string;
};

/** Answers whether a signature fits; given to the room as an option. */
export type SignatureCheck = (request: SignedRequest, signature: string) => boolean;

/** The MD5 that the page hands to its signer as `X-MS-STUB`; order and empty values are part of it. */
export function stubOf({ roomId, userUniqueId, sdkVersion }: SignedRequest): string {
  const input = [
    'live_id=1',
    'aid=6383',
    'version_code=180800',
    `webcast_sdk_version=${sdkVersion}`,
    `room_id=${roomId}`,
    'sub_room_id=',
    'sub_channel_id=',
    'did_rule=3',
    `user_unique_id=${userUniqueId}`,
    'device_platform=web',
    'device_type=',
    'ac=',
    'identity=audience',
  ].join(',');
  return createHash('md5').update(input).digest('hex');
}

/**
 * Signs a stub for the simulated room alone: 16 characters of base64, so `+` and `/` occur as in real ones.
 * It has nothing in common with the platform's algorithm and opens nothing there.
 */
export function testSignature(stub: string): string {
  return createHash('sha256').update(`simulated room ${stub}`).digest().subarray(0, 12).toString('base64');
}

/** Accepts exactly what {@link testSignature} makes. */
export const checkTestSignature: SignatureCheck = (request, signature) =>
  signature === testSignature(stubOf(request));
