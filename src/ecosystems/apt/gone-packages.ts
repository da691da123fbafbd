/**
 * Names that every release of Debian from 12 and Ubuntu from 22.04 has for what had another name before. Each new name is in the package
 * index of Debian 12, as `apt-cache show` says.
 */
export const renamedPackages: Readonly<Record<string, string>> = {
  'python-software-properties': 'software-properties-common',
  'libpng12-dev': 'libpng-dev',
  'libssl1.0-dev': 'libssl-dev',
  'libreadline6-dev': 'libreadline-dev',
  'libreadline5-dev': 'libreadline-dev',
  'libncurses5-dev': 'libncurses-dev',
  netcat: 'netcat-openbsd',
  'git-core': 'git',
  bsdtar: 'libarchive-tools',
  'libav-tools': 'ffmpeg',
  iceweasel: 'firefox-esr',
  'ttf-dejavu': 'fonts-dejavu',
  'ttf-liberation': 'fonts-liberation',
  'ttf-freefont': 'fonts-freefont-ttf',
  'nodejs-legacy': 'nodejs',
  realpath: 'coreutils',
  'libjpeg8-dev': 'libjpeg-dev',
};

/** On Debian alone MariaDB stands behind these names. */
export const renamedOnDebian: Readonly<Record<string, string>> = {
  'libmysqlclient-dev': 'default-libmysqlclient-dev',
  'mysql-client': 'default-mysql-client',
  'mysql-server': 'default-mysql-server',
};

/** On Ubuntu alone, which builds libjpeg-turbo under other names: https://packages.ubuntu.com/libjpeg-dev */
export const renamedOnUbuntu: Readonly<Record<string, string>> = {
  'libjpeg62-turbo-dev': 'libjpeg-dev',
};

/**
 * Packages that no supported release of Debian or Ubuntu has, and that nothing replaces name for name. Compared with the whole index of
 * Debian 12: none of its packages is taken for one of these.
 */
const gone =
  /^(?:python(?:2(?:\.\d)?)?(?:-.*)?|python2\..*|python3\.[3-9](?:-.*)?|libpython2.*|php5.*|libapache2-mod-php[57].*|php7.*|openjdk-[67]-.*|oracle-java.*|ia32-libs|upstart|ruby[12]\..*|libruby[12]\..*|postgresql-(?:client-|server-dev-|contrib-)?(?:8|9)\..*|postgresql-1[0-3]|mysql-(?:server|client)-5\..*|libssl(?:0|1)\.\d.*|libicu(?:4|5|6)\d|libpng12-0|libjpeg8|libjasper.*|phantomjs|libcurl3|libreadline[56]|g\+\+-[4-8](?:\.\d)?|gcc-[4-8](?:\.\d)?|clang-[3-9](?:\.\d)?|llvm-[3-9](?:\.\d)?|libboost.*1\.[0-6]\d.*|tomcat[678].*|mongodb(?:-.*)?|libqt4.*|qt4-.*|libgnome(?:2|ui|vfs|print|-keyring).*|gcj-.*)$/;

/** Python's name stays on what is no Python: documentation, data, headers for both, and the links to Python 3. */
const kept =
  /^python-(?:is-python3|dev-is-python3|babel-localedata|pip-whl|landslide|simpy-gui|(?:apt|dbus|gi|greenlet)-dev|.*-(?:docs?|common|data|examples|tests?|testdata|tools|tpl))$/;

/** Debian has one release of Java at a time. */
const goneFromDebian = /^openjdk-(?:8|9|1[0-6])-/;

/** True for a package that no supported release of Debian or Ubuntu has any more. */
export function isGonePackage(name: string, distribution: 'debian' | 'ubuntu'): boolean {
  if (distribution === 'debian' && goneFromDebian.test(name)) return true;
  return gone.test(name) && !kept.test(name);
}

/**
 * Packages with a version in their name, of which each release has its own, and the oldest that a supported release has: Ubuntu 22.04
 * (https://packages.ubuntu.com/jammy/), where Debian 12 has no older one.
 */
const versioned: readonly (readonly [name: RegExp, oldestKept: number])[] = [
  [/^(?:golang|golang-go)-(\d+\.\d+)/, 1.13],
  [/^(?:clang(?:-[a-z]+)*|llvm|lldb?|liblldb|libclang|lld)-(\d+)(?:\.\d)?(?:-.*)?$/, 11],
  [/^(?:gcc|g\+\+|cpp|gfortran|gobjc|gcj|gnat)-(\d+)(?:\.\d)?(?:-.*)?$/, 9],
  [/^lib(?:stdc\+\+|gcc|gfortran)-(\d+)(?:\.\d)?-dev$/, 9],
  [/^postgresql(?:-[a-z]+)*-(\d+)(?:\.\d)?(?:-.*)?$/, 14],
  [/^libboost-?[a-z-]*1\.(\d+)(?:\.\d)?(?:-.*)?$/, 74],
  [/^libicu(\d+)$/, 70],
  [/^mysql-(?:server|client)(?:-core)?-(\d)\.\d$/, 8],
  [/^linux-(?:headers|image)-(\d)\./, 5],
];

/** True for a package whose name says a version that the supported releases of Debian and Ubuntu do not have any more. */
export function isOfOldRelease(name: string): boolean {
  return versioned.some(([pattern, oldest]) => {
    const version = pattern.exec(name)?.[1];
    return version !== undefined && minorLast(version) < minorLast(String(oldest));
  });
}

/** 1.9 is older than 1.22. */
function minorLast(version: string): number {
  const [major = '0', minor = '0'] = version.split('.');
  return Number(major) * 1000 + Number(minor);
}
