/**
 * Exit codes of every onair process. A child that ends with `badConfiguration` is not restarted until its configuration changes, and
 * neither is one that ends with `gaveUp`: it knows that it will never work here.
 */
export const exitCodes = { clean: 0, failed: 1, badConfiguration: 78, gaveUp: 125 } as const;
