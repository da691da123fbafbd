import type { Cataloguer, FileHeader } from '../installed-package.ts';
import { mayBeProgram } from '../internal/program-file.ts';
import { goModules } from './build-info.ts';
import { buildInfoStream } from './build-info-stream.ts';
import { readBuildInfo } from './read-build-info.ts';

/** Larger programs are looked at as they come. */
const maximumWhole = 64 * 1024 * 1024;

/** The modules that Go wrote into the programs that it built (https://pkg.go.dev/debug/buildinfo). */
export const goCataloguer: Cataloguer = {
  name: 'go',
  wants: (file) => (mayBeProgram(file) ? (file.bytes > maximumWhole ? 'stream' : 'whole') : undefined),
  whole: (file, content) => modulesAt(file, readBuildInfo(content)),
  stream: (file) => {
    const stream = buildInfoStream();
    return { push: stream.push, end: () => modulesAt(file, stream.end()) };
  },
};

function modulesAt(file: FileHeader, info: ReturnType<typeof readBuildInfo>) {
  return info ? goModules(info, file.path) : [];
}
