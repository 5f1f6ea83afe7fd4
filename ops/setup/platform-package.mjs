/** The package that brings Node for this platform. @returns {string} */
export function platformPackage() {
  return `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
}
