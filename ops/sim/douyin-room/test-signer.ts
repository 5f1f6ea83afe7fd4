/**
 * Signer command for rooms opened with `requireSignature`: takes the X-MS-STUB as its one argument and prints the
 * signature that the simulated room accepts.
 */
import { testSignature } from './wire/signature.ts';

const stub = process.argv[2];
if (stub === undefined || !/^[0-9a-f]{32}$/.test(stub)) {
  console.error('Usage: test-signer.ts <X-MS-STUB: 32 hexadecimal digits>');
  process.exitCode = 2;
} else {
  console.log(testSignature(stub));
}
