/** The shared libraries behind the development packages of Fedora and its family, where their names are the same in all releases. */
const libraries: Readonly<Record<string, readonly string[]>> = {
  'bzip2-devel': ['bzip2-libs'],
  'cyrus-sasl-devel': ['cyrus-sasl-lib'],
  'expat-devel': ['expat'],
  'freetype-devel': ['freetype'],
  'gmp-devel': ['gmp'],
  'krb5-devel': ['krb5-libs'],
  'libffi-devel': ['libffi'],
  'libicu-devel': ['libicu'],
  'libjpeg-turbo-devel': ['libjpeg-turbo'],
  'libpng-devel': ['libpng'],
  'libxml2-devel': ['libxml2'],
  'libxslt-devel': ['libxslt'],
  'libyaml-devel': ['libyaml'],
  'ncurses-devel': ['ncurses-libs'],
  'openldap-devel': ['openldap'],
  'openssl-devel': ['openssl-libs'],
  'pcre-devel': ['pcre'],
  'pcre2-devel': ['pcre2'],
  'readline-devel': ['readline'],
  'xz-devel': ['xz-libs'],
  'zlib-devel': ['zlib'],
  'gcc-c++': ['libstdc++'],
  'gcc-gfortran': ['libgfortran'],
};

/** Packages behind which there is no library of their own. */
const without =
  /^(?:gcc|make|cmake3?|autoconf|automake|bison|flex|ninja-build|meson|pkgconfig|pkgconf-pkg-config|rpm-build|swig|kernel-(?:headers|devel)|glibc-(?:devel|headers)|python[\d.]*-devel|ruby-devel|perl-devel|libstdc\+\+-devel)$/;

/** The libraries that are to stay when a development package goes; undefined where they are not known. */
export function runTimeLibraries(name: string): readonly string[] | undefined {
  if (without.test(name)) return [];
  return Object.hasOwn(libraries, name) ? libraries[name] : undefined;
}
