import type { BaseImage } from './base-image.ts';

/** Programs of Debian's build images (buildpack-deps) that their slim sisters lack, with the package that brings each. */
const fullPrograms: Readonly<Record<string, string>> = {
  git: 'git',
  hg: 'mercurial',
  svn: 'subversion',
  ssh: 'openssh-client',
  scp: 'openssh-client',
  sftp: 'openssh-client',
  'ssh-add': 'openssh-client',
  'ssh-agent': 'openssh-client',
  'ssh-keygen': 'openssh-client',
  'ssh-keyscan': 'openssh-client',
  curl: 'curl',
  wget: 'wget',
  gpg: 'gnupg',
  gpg2: 'gnupg',
  dirmngr: 'dirmngr',
  ps: 'procps',
  pgrep: 'procps',
  pkill: 'procps',
  top: 'procps',
  free: 'procps',
  gcc: 'gcc',
  cc: 'gcc',
  'g++': 'g++',
  'c++': 'g++',
  make: 'make',
  autoconf: 'autoconf',
  automake: 'automake',
  autoreconf: 'autoconf',
  'pkg-config': 'pkg-config',
  bzip2: 'bzip2',
  file: 'file',
  convert: 'imagemagick',
  identify: 'imagemagick',
  mogrify: 'imagemagick',
  montage: 'imagemagick',
  patch: 'patch',
  unzip: 'unzip',
  xz: 'xz-utils',
  unxz: 'xz-utils',
  openssl: 'openssl',
  'update-ca-certificates': 'ca-certificates',
  python3: 'python3',
  python: 'python3',
  perl: 'perl',
  mysql_config: 'default-libmysqlclient-dev',
  pg_config: 'libpq-dev',
  'xml2-config': 'libxml2-dev',
  'dpkg-buildpackage': 'dpkg-dev',
};

/** The package that brings a program which full images have and slim ones lack; undefined for any other program. */
export function packageOfFullImage(program: string, image: BaseImage): string | undefined {
  if (image.runtime?.name === 'python' && /^(?:python3?|openssl)$/.test(program)) return undefined;
  if (image.runtime?.name === 'perl' && program === 'perl') return undefined;
  return Object.hasOwn(fullPrograms, program) ? fullPrograms[program] : undefined;
}

/** Languages whose official slim images on Debian install the certificates by name; those of Node.js have none. */
const withCertificates: ReadonlySet<string> = new Set(['python', 'ruby', 'php']);

/** Whether an image of a language has the certificates of authorities: the full ones do, as they stand on buildpack-deps. */
export function hasCertificates({ runtime, toolchain }: BaseImage): boolean {
  return runtime !== undefined && (toolchain === true || withCertificates.has(runtime.name));
}
