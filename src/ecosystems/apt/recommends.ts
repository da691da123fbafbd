/**
 * Recommended packages of Debian 12, as its archive's own lists have them (main and security, November 2026): with each package the ones that its
 * dependencies recommend, too, beside what the image debian:12 holds. Manual pages, translations and what only LDAP and Kerberos need is left out:
 * {@link onlyForDirectories}.
 */
const withoutAny = `
  apache2-utils apparmor apt-transport-https apt-utils automake autotools-dev bash bash-completion bindfs binutils binutils-
  mingw-w64 bison bsdmainutils bzip2 ca-certificates ca-certificates-java ccache conntrack dialog dmsetup dnsutils doxygen
  ethtool expect fakeroot file fonts-dejavu fonts-wqy-zenhei g++ g++-mingw-w64-x86-64 gawk gcc-mingw-w64 gcc-multilib gfortran
  gnupg gnupg2 haproxy htop inotify-tools iperf joe jq ldap-utils less lib32stdc++6 lib32z1 libaio-dev libapparmor-dev libatlas-
  base-dev libatlas3-base libc6 libc6-dev libc6-i386 libcairo2 libcap-dev libcunit1-dev libdbd-mysql-perl libdevmapper-dev
  libelf1 libev-dev libev4 libevent-dev libexpat1-dev libffi-dev libfontconfig1 libfreetype6 libfuse-dev libgeos-dev libgomp1
  libgoogle-perftools-dev libicu-dev libjemalloc-dev libjpeg-dev libjpeg62-turbo libjpeg62-turbo-dev libkrb5-dev liblapack-dev
  libldap2-dev libleveldb-dev liblog4cplus-dev liblzma-dev libmcrypt-dev libmemcached-dev libncurses5-dev libnl-3-dev libnss3
  libopenblas-dev libosmpbf-dev libpcre3-dev libpq-dev libprotobuf-dev libreadline-dev libsasl2-dev libseccomp-dev libsnappy-dev
  libsqlite3-dev libssl-dev libsystemd-dev libudev-dev libxcursor1 libxext6 libxi6 libxml2 libxml2-dev libxrandr2 libxrender1
  libxslt1-dev libxss1 libxtst6 libyaml-dev locales lsb-release lsof make memcached nano net-tools ninja-build nodejs openssl
  pandoc patch perl php-pear php-pgsql pigz pkg-config postgresql-client protobuf-c-compiler pv pwgen python3-requests redis-
  server rsync screen socat sqlite3 subversion sudo sysfsutils tar telnet thin-provisioning-tools tmux tzdata udev unzip util-
  linux uuid-runtime uwsgi uwsgi-plugin-python3 xz-utils zlib1g zlib1g-dev
`;

const recommended: Readonly<Record<string, string>> = {
  apache2: 'ca-certificates psmisc ssl-cert',
  aptitude: 'libdpkg-perl sensible-utils',
  asciidoctor: 'fonts-lato libjs-jquery zip',
  autoconf: 'automake',
  clang: 'libclang-rt-14-dev llvm-14-dev python3',
  cmake: 'ca-certificates gcc make psmisc',
  cron: 'exim4-daemon-light',
  curl: 'ca-certificates',
  dirmngr: 'gnupg',
  elixir: 'erlang-syntax-tools libsctp1 psmisc',
  flex: 'gcc libfl-dev',
  gcc: 'libc6-dev',
  'gdal-bin': 'ca-certificates poppler-data proj-bin',
  gettext: 'curl',
  ghostscript: 'dbus fonts-droid-fallback libpaper-utils',
  git: 'ca-certificates less openssh-client patch',
  golang: 'g++ gcc libc6-dev pkg-config',
  gpg: 'gnupg',
  graphviz: 'fonts-liberation2 libgts-bin shared-mime-info xdg-user-dirs',
  iproute2: 'libatm1 libpam-cap',
  iptables: 'nftables',
  'iputils-ping': 'libpam-cap',
  libasound2: 'alsa-topology-conf alsa-ucm-conf',
  'libbz2-dev': 'bzip2-doc',
  'libcairo2-dev': 'ca-certificates libpng-tools shared-mime-info xdg-user-dirs',
  'libcap2-bin': 'libpam-cap',
  libcups2: 'dbus',
  'libcurl4-openssl-dev': 'ca-certificates',
  'libdbus-1-3': 'dbus',
  'libfreetype6-dev': 'libpng-tools',
  'libgconf-2-4': 'dbus gconf-service shared-mime-info xdg-user-dirs',
  'libglib2.0-0': 'shared-mime-info xdg-user-dirs',
  'libglib2.0-dev': 'ca-certificates shared-mime-info xdg-user-dirs',
  'libltdl-dev': 'libtool',
  'libpng-dev': 'libpng-tools',
  'libproj-dev': 'ca-certificates',
  libtool: 'libltdl-dev',
  'libzmq3-dev': 'cppzmq-dev',
  logrotate: 'exim4-daemon-light',
  mercurial: 'ca-certificates openssh-client',
  'nfs-common': 'ca-certificates',
  nginx: 'libatm1 libpam-cap',
  'nginx-light': 'libatm1 libpam-cap',
  'openssh-client': 'xauth',
  'openssh-server': 'libpam-systemd ncurses-term psmisc xauth',
  'percona-toolkit': 'ca-certificates libc6-dbg shared-mime-info xdg-user-dirs',
  'php-curl': 'ca-certificates',
  postfix: 'ca-certificates python3',
  postgresql: 'libjson-xs-perl logrotate sysstat',
  procps: 'psmisc',
  'protobuf-compiler': 'libprotobuf-dev',
  python3: 'ca-certificates',
  'python3-all-dev': 'ca-certificates javascript-common',
  'python3-cryptography': 'ca-certificates',
  'python3-dev': 'ca-certificates javascript-common',
  'python3-lxml': 'ca-certificates python3-bs4 python3-html5lib',
  'python3-pip': 'build-essential python3-dev',
  'python3-psycopg2': 'ca-certificates',
  'python3-setuptools': 'ca-certificates',
  'python3-wheel': 'ca-certificates',
  'rabbitmq-server': 'ca-certificates exim4-daemon-light libsctp1 psmisc',
  rpm: 'dbus',
  ruby: 'fonts-lato libjs-jquery zip',
  'ruby-dev': 'fonts-lato libjs-jquery ruby3.1-doc zip',
  'ruby-ffi': 'fonts-lato libjs-jquery zip',
  'ruby-full': 'fonts-lato libjs-jquery zip',
  runit: 'runit-run',
  slapd: 'ldap-utils',
  ssh: 'libpam-systemd ncurses-term psmisc xauth',
  supervisor: 'ca-certificates',
  texinfo: 'libwww-perl libxml-sax-expat-perl',
  tightvncserver: 'x11-xserver-utils xfonts-base',
  vim: 'xxd',
  'vim-common': 'vim xxd',
  'vim-tiny': 'xxd',
  wget: 'ca-certificates',
  x11vnc: 'dbus x11-utils',
  xfsprogs: 'ca-certificates',
  xvfb: 'xauth xfonts-base',
  zip: 'unzip',
  zsh: 'libncursesw6 libpcre3',
};

/** Packages left out above that matter where a program speaks LDAP, SASL or Kerberos. */
export const onlyForDirectories = /ldap|sasl|krb5|kerberos/i;

let known: ReadonlyMap<string, readonly string[]> | undefined;

/** What is only recommended with a package and may matter; undefined where it is not known. */
export function recommendedWith(name: string): readonly string[] | undefined {
  known ??= new Map<string, readonly string[]>([
    ...withoutAny
      .trim()
      .split(/\s+/)
      .map((each) => [each, []] as const),
    ...Object.entries(recommended).map(([each, list]) => [each, list.split(' ')] as const),
  ]);
  return known.get(name);
}

/** What packages depend on, of what others recommend: it comes with them whatever is passed. */
const dependedOn: Readonly<Record<string, string>> = {
  'build-essential': 'binutils bzip2 dpkg-dev g++ gcc libc6-dev make patch xz-utils',
  'dpkg-dev': 'binutils bzip2 make patch xz-utils',
  'g++': 'gcc libc6-dev',
};

/** What a package depends on, of what others recommend. Not complete. */
export function broughtBy(name: string): readonly string[] {
  return Object.hasOwn(dependedOn, name) ? (dependedOn[name]?.split(' ') ?? []) : [];
}
