import type { CacheDirectory, EcosystemFacts } from '../ecosystem.ts';

function cache(path: string, tools: readonly string[], removal: string, varies = false): CacheDirectory {
  return {
    ...(varies && { placeVaries: true }),
    kind: 'lists',
    path,
    tools,
    actions: ['install', 'update-index', 'upgrade', 'dist-upgrade'],
    emptiedByImages: false,
    removal,
    cacheMount: true,
    sharing: 'locked',
  };
}

export const rpm: EcosystemFacts = {
  ecosystem: 'rpm',
  tools: ['dnf', 'dnf5', 'yum', 'microdnf', 'tdnf', 'zypper', 'rpm'],
  caches: [
    // The command `dnf` is dnf5 in newer distributions, and `yum` is dnf.
    cache('/var/cache/dnf', ['dnf'], 'dnf clean all', true),
    cache('/var/cache/libdnf5', ['dnf5'], 'dnf5 clean all'),
    cache('/var/cache/yum', ['yum'], 'yum clean all', true),
    // microdnf of UBI 8 writes where yum did, that of UBI 9 where dnf does: only its own command is sure.
    cache('/var/cache/yum', ['microdnf'], 'microdnf clean all', true),
    cache('/var/cache/tdnf', ['tdnf'], 'tdnf clean all'),
    cache('/var/cache/zypp', ['zypper'], 'zypper clean --all'),
  ],
  manifests: [],
  variables: [],
  buildOnly: [
    '@development',
    '@development-tools',
    'Development Tools',
    'gcc',
    'gcc-c++',
    'gcc-gfortran',
    'gcc-toolset-*',
    'devtoolset-*',
    'make',
    'cmake',
    'cmake3',
    'autoconf',
    'automake',
    'libtool',
    'bison',
    'flex',
    'ninja-build',
    'meson',
    'pkgconfig',
    'pkgconf-pkg-config',
    'clang',
    'rpm-build',
    'cargo',
    'rust',
    'golang',
    'java-*-openjdk-devel',
    'maven',
    'ant',
    'swig',
    'kernel-devel',
    'kernel-headers',
    '*-devel',
  ],
};
