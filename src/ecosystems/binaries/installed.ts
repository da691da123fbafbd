import type { Cataloguer, FileHeader, InstalledPackage } from '../installed-package.ts';
import { baseName, endsInPath, textOf } from '../internal/installed-text.ts';
import { lines } from '../internal/stanzas.ts';
import { packageUrl } from '../purl.ts';
import { type Mark, markSearch } from './mark-search.ts';

/** A program that no package database knows, told by a text that its own build wrote into it. */
interface Program extends Mark {
  readonly name: string;
  /** Of the file's name; the version of a release may stand in it. */
  readonly file: RegExp;
}

/** Each text was seen in the program named beside it. Programs whose version is told by no text of their own are left out. */
const programs: readonly Program[] = [
  // Node.js 20: user agent.
  { name: 'node', file: /^node$/, mark: 'node.js/v', version: /^(\d+\.\d+\.\d+)[\0/ "]/ },
  // CPython 3.11, in libpython where it is built shared: PY_VERSION as a text of its own.
  {
    name: 'python',
    file: /^(?:python3\.\d+|libpython3\.\d+m?\.so\.1\.0)$/,
    mark: '\x003.',
    version: /^(\d+\.\d+(?:(?:a|b|rc)\d+)?)\+?\0/,
    prefix: '3.',
  },
  {
    name: 'php',
    file: /^(?:php|php-fpm|libphp\.so|php[-\d.a-z]*)$/,
    mark: 'X-Powered-By: PHP/',
    version: /^(\d+\.\d+\.\d+)/,
  },
  {
    name: 'ruby',
    file: /^(?:ruby|ruby[\d.]+|libruby[-\d.]*\.so\.[\d.]+)$/,
    mark: '\0ruby ',
    version: /^(\d+\.\d+\.\d+)(?:p\d+)? \(/,
  },
  { name: 'nginx', file: /^nginx$/, mark: 'nginx version: nginx/', version: /^(\d+\.\d+\.\d+)/ },
  { name: 'httpd', file: /^(?:httpd|apache2)$/, mark: '\0Apache/', version: /^(\d+\.\d+\.\d+)/ },
  { name: 'postgresql', file: /^postgres$/, mark: 'postgres (PostgreSQL) ', version: /^(\d+(?:\.\d+)+)/ },
  { name: 'busybox', file: /^busybox(?:\.static)?$/, mark: 'BusyBox v', version: /^(\d+\.\d+\.\d+)/ },
];

const smallest = 4096;
const largestText = 64 * 1024;

/** Node.js, Python, nginx and others that were copied into an image, the Java runtime and Go itself by the file that says their version. */
export const binaryCataloguer: Cataloguer = {
  name: 'binaries',
  wants: (file) => {
    if (isRelease(file.path)) return file.bytes <= largestText ? 'whole' : undefined;
    return programOf(file) ? 'stream' : undefined;
  },
  whole: (file, content) => (isRelease(file.path) ? release(file.path, textOf(content)) : []),
  stream: (file) => {
    const program = programOf(file);
    const search = markSearch(program ?? { mark: '\0', version: /^$/ });
    return {
      push: search.push,
      end() {
        const version = search.end();
        return program && version !== undefined ? [generic(program.name, version, file.path)] : [];
      },
    };
  },
};

function programOf({ path, bytes, mode }: FileHeader): Program | undefined {
  if (bytes < smallest || ((mode & 0o111) === 0 && !path.includes('.so'))) return undefined;
  const name = baseName(path);
  return name.length > 60 ? undefined : programs.find(({ file }) => file.test(name));
}

function isRelease(path: string): boolean {
  return path.endsWith('/release') || endsInPath(path, 'go/VERSION');
}

/** `release` of a Java runtime (https://openjdk.org/jeps/223), `VERSION` of Go's own tree. */
function release(path: string, text: string): InstalledPackage[] {
  if (path.endsWith('/VERSION')) {
    const version = /^go(\d+\.\d+(?:\.\d+)?(?:(?:rc|beta)\d+)?)\s/.exec(text.slice(0, 100))?.[1];
    return version === undefined ? [] : [generic('go', version, path)];
  }
  for (const line of lines(text)) {
    const version = /^JAVA_VERSION="([\d._]{1,40}(?:-[a-z]{1,10})?)"/.exec(line)?.[1];
    if (version !== undefined) return [generic('openjdk', version, path)];
  }
  return [];
}

function generic(name: string, version: string, path: string): InstalledPackage {
  return { kind: 'generic', name, version, purl: packageUrl({ type: 'generic', name, version }), licences: [], path };
}
