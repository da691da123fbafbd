/** The platform that an image is for: what `--platform` names. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
}

const osPattern = /^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.%-]*)((?:\+[A-Za-z0-9_.%-]+)*)\))?$/;
const partPattern = /^[A-Za-z0-9_.-]+$/;
const maximalLength = 1000;
const knownSystems = new Set(
  'aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris windows zos'.split(
    ' ',
  ),
);
const knownArchitectures = new Set(
  (
    '386 amd64 amd64p32 arm armbe arm64 arm64be ppc64 ppc64le loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ' +
    'ppc riscv riscv64 s390 s390x sparc sparc64 wasm'
  ).split(' '),
);
const aliases: Readonly<Record<string, string>> = {
  i386: '386',
  x86_64: 'amd64',
  'x86-64': 'amd64',
  aarch64: 'arm64',
  armhf: 'arm',
  armel: 'arm',
};

/**
 * Reads a platform such as `linux/arm64/v8`, `windows(10.0.17763)/amd64`, `linux` or `amd64`; undefined when it is none.
 * What a lone system or architecture leaves out is taken from `linux/amd64`.
 * Follows https://github.com/containerd/platforms.
 */
export function parsePlatform(specifier: string): Platform | undefined {
  if (specifier.includes('*') || specifier.length > maximalLength) return undefined;
  const [first = '', ...rest] = specifier.split('/');
  const system = osPattern.exec(first);
  if (system === null || rest.length > 2 || !rest.every((part) => partPattern.test(part))) return undefined;
  if (!isDecodable(system[2] ?? '') || !isDecodable(system[3] ?? '')) return undefined;
  const os = normalizeSystem(system[1] ?? '');
  const [architecture] = rest;
  if (architecture !== undefined) return { os, architecture: normalizeArchitecture(architecture) };
  if (knownSystems.has(os)) return { os, architecture: 'amd64' };
  const lone = normalizeArchitecture(first);
  return knownArchitectures.has(lone) ? { os: 'linux', architecture: lone } : undefined;
}

/** A version and features of an operating system are percent-encoded. */
function isDecodable(text: string): boolean {
  return !/%(?![0-9a-fA-F]{2})/.test(text);
}

function normalizeSystem(os: string): string {
  const lower = os.toLowerCase();
  return lower === 'macos' ? 'darwin' : lower;
}

export function normalizeArchitecture(architecture: string): string {
  const lower = architecture.toLowerCase();
  return aliases[lower] ?? lower;
}
