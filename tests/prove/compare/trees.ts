import { basename } from 'node:path/posix';
import type { FileSystemView, ImageAnalysis, ImageFile, ImagePackage } from '../../../src/image/image-analysis.ts';

/** A file in short: `content`, or `content mode owner`, or `-> target`; `/` at the end of the path makes a directory. */
export type ShortTree = Readonly<Record<string, string>>;

export function treeOf(short: ShortTree, layer: (path: string) => number = () => 0): FileSystemView {
  const files = new Map(
    Object.entries(short)
      .map(([path, text]) => fileOf(path, text, layer))
      .map((file) => [file.path, file] as const),
  );
  return {
    size: files.size,
    find: (path) => files.get(path),
    [Symbol.iterator]: () => files.values(),
  };
}

function fileOf(path: string, text: string, layer: (path: string) => number): ImageFile {
  const name = path.replace(/\/$/, '');
  const common = { path: name, user: 0, group: 0, layer: layer(name) };
  if (path.endsWith('/')) return { ...common, kind: 'directory', bytes: 0, mode: 0o755 };
  if (text.startsWith('-> ')) return { ...common, kind: 'symlink', bytes: 0, mode: 0o777, target: text.slice(3) };
  if (text.startsWith('=> ')) return { ...common, kind: 'hardlink', bytes: 0, mode: 0o644, target: text.slice(3) };
  const [content = '', mode = '644', owner = '0'] = text.split(' ');
  const user = Number(owner);
  return { ...common, kind: 'file', bytes: content.length, content, mode: Number.parseInt(mode, 8), user, group: user };
}

/** Of an image only what comparisons ask for. */
export function analysisOf(
  short: ShortTree,
  rest: {
    readonly packages?: readonly string[];
    /** Versions of npm packages by their directory. */
    readonly npm?: Readonly<Record<string, string>>;
    readonly history?: readonly boolean[];
    readonly layer?: (path: string) => number;
  } = {},
): ImageAnalysis {
  const { packages = [], npm = {}, history = [], layer } = rest;
  return {
    image: {
      name: 'test',
      annotations: new Map(),
      configuration: {
        digest: '',
        platform: { os: 'linux', architecture: 'amd64' },
        user: '',
        exposedPorts: [],
        environment: [],
        volumes: [],
        workingDirectory: '',
        labels: new Map(),
        history: history.map((emptyLayer) => ({ createdBy: '', emptyLayer })),
        diffIds: [],
      },
      layers: [],
      close: async () => undefined,
    },
    layers: [],
    files: treeOf(short, layer),
    packages: [
      ...packages.map((name) => packageOf('deb', name, '1', 'var/lib/dpkg/status')),
      ...Object.entries(npm).map(([directory, version]) =>
        packageOf('npm', basename(directory), version, `${directory}/package.json`),
      ),
    ],
    operatingSystem: undefined,
    secrets: [],
    waste: [],
    efficiency: 1,
    wastedBytes: 0,
    pulledBytes: undefined,
    neededBytes: 0,
    gaps: [],
  };
}

function packageOf(kind: ImagePackage['kind'], name: string, version: string, path: string): ImagePackage {
  return { kind, name, version, purl: `pkg:${kind}/${name}@${version}`, path, licences: [], layer: 0 };
}
