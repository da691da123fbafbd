import { compareNumbers } from '../../core/version-order.ts';

/**
 * The shared libraries behind the development packages of Debian and Ubuntu: what a program needs that was compiled with them. A
 * name of a released library (`libssl3`) stands where all releases that are known here have it, by name or as another package's
 * (`libssl3t64`). An empty list: nothing of it is needed to run. Each is what the package depends on in the index of Debian 12.
 */
const libraries: Readonly<Record<string, readonly string[]>> = {
  'libpq-dev': ['libpq5'],
  'libpcap-dev': ['libpcap0.8'],
  'libffi-dev': ['libffi8'],
  'libssl-dev': ['libssl3'],
  'libxml2-dev': ['libxml2'],
  'libxslt1-dev': ['libxslt1.1'],
  'libxslt-dev': ['libxslt1.1'],
  'zlib1g-dev': ['zlib1g'],
  'libmariadb-dev': ['libmariadb3'],
  'libsqlite3-dev': ['libsqlite3-0'],
  'libfreetype6-dev': ['libfreetype6'],
  'libfreetype-dev': ['libfreetype6'],
  'libpng-dev': ['libpng16-16'],
  'libyaml-dev': ['libyaml-0-2'],
  'libsasl2-dev': ['libsasl2-2'],
  'libcairo2-dev': ['libcairo2'],
  'libpango1.0-dev': ['libpango-1.0-0', 'libpangocairo-1.0-0'],
  'libgif-dev': ['libgif7'],
  'librsvg2-dev': ['librsvg2-2'],
  'libzmq3-dev': ['libzmq5'],
  'libgmp-dev': ['libgmp10'],
  'libmemcached-dev': ['libmemcached11'],
  'libev-dev': ['libev4'],
  'libpcre3-dev': ['libpcre3'],
  'libopenblas-dev': ['libopenblas0'],
  'liblapack-dev': ['liblapack3'],
  'libbz2-dev': ['libbz2-1.0'],
  'liblzma-dev': ['liblzma5'],
  'libwebp-dev': ['libwebp7'],
  'unixodbc-dev': ['unixodbc'],
  'freetds-dev': ['libsybdb5'],
  'libcurl4-openssl-dev': ['libcurl4'],
  'libreadline-dev': ['libreadline8'],
  'libncurses-dev': ['libncurses6', 'libncursesw6', 'libtinfo6'],
  'libncurses5-dev': ['libncurses6', 'libncursesw6', 'libtinfo6'],
  'libncursesw5-dev': ['libncursesw6', 'libtinfo6'],
  'libz-dev': ['zlib1g'],
  'libsystemd-dev': ['libsystemd0'],
  'libapparmor-dev': ['libapparmor1'],
  'portaudio19-dev': ['libportaudio2'],
  gfortran: ['libgfortran5'],
  'linux-libc-dev': [],
  'linux-headers-generic': [],
  'libc6-dev': [],
  'libc-dev': [],
  'libstdc++-dev': [],
  'python3-dev': [],
  'python-dev': [],
  'python-all-dev': [],
  'python3-all-dev': [],
  'ruby-dev': [],
  'php-dev': [],
  'autotools-dev': [],
};

/** On Debian and on Ubuntu the library of JPEG is another one. */
const jpeg = /^libjpeg(?:-dev|62-turbo-dev|-turbo8-dev|8-dev)$/;

/** What is known of the release: its number, its code name, either or neither. */
export interface DebianRelease {
  readonly distribution: string;
  readonly distributionVersion: string | undefined;
  readonly codename: string | undefined;
}

/**
 * The run-time packages of a package that only a build needs; undefined where they are not known, or have other names in this release.
 * Compilers and build tools have none.
 */
export function runTimeLibraries(name: string, release: DebianRelease): readonly string[] | undefined {
  const libraries = librariesOf(name, release.distribution);
  return libraries === undefined || libraries.length === 0 || hasTheseNames(release) ? libraries : undefined;
}

function librariesOf(name: string, distribution: string): readonly string[] | undefined {
  if (jpeg.test(name)) return [distribution === 'debian' ? 'libjpeg62-turbo' : 'libjpeg-turbo8'];
  // On Ubuntu it is MySQL, whose library has another name in each release.
  if (name === 'default-libmysqlclient-dev') return distribution === 'debian' ? ['libmariadb3'] : undefined;
  if (Object.hasOwn(libraries, name)) return libraries[name];
  if (/^(?:ruby|php|python)[\d.]+-dev$|^linux-headers-/.test(name)) return [];
  return name.endsWith('-dev') || name.endsWith('-dev-tools') ? undefined : [];
}

/** Debian 12 and 13, Ubuntu from 22.04 to before 25.10, in which `libxml2` is `libxml2-16`: https://bugs.launchpad.net/bugs/2125555 */
function hasTheseNames({ distribution, distributionVersion: version, codename }: DebianRelease): boolean {
  if (distribution === 'debian')
    return version === undefined
      ? codename === undefined || codename === 'bookworm' || codename === 'trixie'
      : compareNumbers(version, '12') >= 0 && compareNumbers(version, '14') < 0;
  return (
    distribution === 'ubuntu' &&
    version !== undefined &&
    compareNumbers(version, '22.04') >= 0 &&
    compareNumbers(version, '25.10') < 0
  );
}
