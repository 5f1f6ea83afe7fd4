/** Exit codes of every onair process. A child that ends with `badConfiguration` is not restarted until its configuration changes. */
export const exitCodes = { clean: 0, failed: 1, badConfiguration: 78 } as const;
