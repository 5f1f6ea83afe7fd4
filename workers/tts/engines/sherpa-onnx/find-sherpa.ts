import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigurationError } from '../../../../protocol/configuration-error.ts';
import type { EngineParts } from '../engine-parts.ts';

const packageName = 'sherpa-onnx-node';
/** What the loader of each system looks into for the libraries that the package does not find by itself. */
const libraryPaths: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'LD_LIBRARY_PATH',
  darwin: 'DYLD_LIBRARY_PATH',
  win32: 'PATH',
};

export interface SherpaPackage {
  /** Address of its main module. */
  module: string;
  /** Environment in which it finds its libraries. */
  environment: NodeJS.ProcessEnv;
}

/** Looks for the package in the project, or where NODE_PATH says. Throws ConfigurationError when it is not installed. */
export function findSherpa({ path, project }: Pick<EngineParts, 'path' | 'project'>): SherpaPackage {
  const variable = libraryPaths[process.platform] ?? 'LD_LIBRARY_PATH';
  const libraries = `sherpa-onnx-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  try {
    const main = createRequire(join(project, 'package.json')).resolve(packageName);
    const folder = libraryFolder(main, libraries);
    return {
      module: pathToFileURL(main).href,
      environment: { [variable]: [folder, process.env[variable]].filter(Boolean).join(delimiter) },
    };
  } catch {
    throw new ConfigurationError([
      {
        path: `${path}.type`,
        message:
          `needs the package ${packageName}, which is not installed: run npm install ${packageName}; ` +
          `${variable} is set to its libraries (${libraries}) by itself when they lie beside it`,
      },
    ]);
  }
}

function libraryFolder(main: string, libraries: string): string {
  try {
    return dirname(createRequire(main).resolve(`${libraries}/package.json`));
  } catch {
    return dirname(main);
  }
}
