/** Hosts that serve the same files under https: where their own pages, or their redirects, say so. */
const hosts: Readonly<Record<string, string>> = {
  'github.com': 'it redirects every request to https',
  'raw.githubusercontent.com': 'it redirects every request to https',
  'raw.github.com': 'it redirects every request to https',
  'codeload.github.com': 'it redirects every request to https',
  'gist.github.com': 'it redirects every request to https',
  'gitlab.com': 'it redirects every request to https',
  'bitbucket.org': 'it redirects every request to https',
  'nodejs.org': 'its downloads are published as https',
  'registry.npmjs.org': 'it redirects every request to https',
  'dl.yarnpkg.com': 'its downloads are published as https',
  'python.org': 'it redirects every request to https',
  'www.python.org': 'it redirects every request to https',
  'pypi.org': 'it answers https only',
  'pypi.python.org': 'it answers https only',
  'files.pythonhosted.org': 'it answers https only',
  'bootstrap.pypa.io': 'it redirects every request to https',
  'repo.anaconda.com': 'its downloads are published as https',
  'repo.continuum.io': 'it redirects to repo.anaconda.com, under https',
  'rubygems.org': 'it redirects every request to https',
  'getcomposer.org': 'it redirects every request to https',
  'pecl.php.net': 'its downloads are published as https',
  'www.php.net': 'it redirects every request to https',
  'wordpress.org': 'it redirects every request to https',
  'golang.org': 'it redirects every request to https',
  'go.dev': 'it redirects every request to https',
  'dl.google.com': 'its downloads are published as https',
  'storage.googleapis.com': 'every bucket is served under both',
  'commondatastorage.googleapis.com': 'every bucket is served under both',
  's3.amazonaws.com': 'every bucket is served under both',
  'archive.apache.org': 'its downloads are published as https',
  'downloads.apache.org': 'its downloads are published as https',
  'dlcdn.apache.org': 'its downloads are published as https',
  'www.apache.org': 'it redirects every request to https',
  'kafka.apache.org': 'it redirects every request to https',
  'repo1.maven.org': 'it refuses plain http since 2020',
  'repo.maven.apache.org': 'it refuses plain http since 2020',
  'services.gradle.org': 'it redirects every request to https',
  'download.eclipse.org': 'its downloads are published as https',
  'ftp.gnu.org': 'its downloads are published as https',
  'www.gnu.org': 'its downloads are published as https',
  'gnupg.org': 'it redirects every request to https',
  'www.openssl.org': 'it redirects every request to https',
  'www.kernel.org': 'it redirects every request to https',
  'cdn.kernel.org': 'its downloads are published as https',
  'nginx.org': 'its downloads are published as https',
  'openresty.org': 'its downloads are published as https',
  'download.redis.io': 'its downloads are published as https',
  'curl.haxx.se': 'it redirects to curl.se, under https',
  'curl.se': 'it redirects every request to https',
  'ffmpeg.org': 'its downloads are published as https',
  'releases.llvm.org': 'its downloads are published as https',
  'apt.llvm.org': 'its downloads are published as https',
  'cmake.org': 'it redirects every request to https',
  'downloads.sourceforge.net': 'its downloads are published as https',
  'sourceforge.net': 'it redirects every request to https',
  'dev.mysql.com': 'its downloads are published as https',
  'cdn.mysql.com': 'its downloads are published as https',
  'download.docker.com': 'its downloads are published as https',
  'get.docker.com': 'it redirects every request to https',
  'deb.nodesource.com': 'its downloads are published as https',
  'rpm.nodesource.com': 'its downloads are published as https',
  'packages.microsoft.com': 'its downloads are published as https',
  'artifacts.elastic.co': 'its downloads are published as https',
  'packages.elastic.co': 'its downloads are published as https',
  'packages.erlang-solutions.com': 'its downloads are published as https',
  'packages.chef.io': 'its downloads are published as https',
  'rpms.remirepo.net': 'its downloads are published as https',
  'dl.fedoraproject.org': 'its downloads are published as https',
  'download.fedoraproject.org': 'its downloads are published as https',
  'download.opensuse.org': 'its downloads are published as https',
  'deb.debian.org': 'its mirror answers both',
  'dl-cdn.alpinelinux.org': 'its mirror answers both',
  'keyserver.ubuntu.com': 'it answers both',
  'pkg.jenkins.io': 'its downloads are published as https',
  'updates.jenkins.io': 'its downloads are published as https',
  'cran.r-project.org': 'its downloads are published as https',
  'cran.rstudio.com': 'its downloads are published as https',
  'cpanmin.us': 'its own page says https',
  'ftp.mozilla.org': 'its downloads are published as https',
  'ftp.ruby-lang.org': 'its downloads are published as https',
  'cache.ruby-lang.org': 'its downloads are published as https',
  'cdn.azul.com': 'its downloads are published as https',
  'downloads.lightbend.com': 'its downloads are published as https',
  'downloads.typesafe.com': 'its downloads are published as https',
  'download.dokuwiki.org': 'its downloads are published as https',
  'download.mono-project.com': 'its downloads are published as https',
  'download.newrelic.com': 'its downloads are published as https',
  'mediaarea.net': 'its downloads are published as https',
};

/** Hosts that answer no more: another scheme does not help. */
const gone = /(?:^|\.)(?:bintray\.com|googlecode\.com|gna\.org|code\.google\.com)$/;

/** Hosts whose files another host serves under the same paths. */
const successors: Readonly<Record<string, string>> = { 'central.maven.org': 'repo1.maven.org' };

/** The host that serves the files of a host that answers no more, under the same paths. */
export function successorOf(host: string): string | undefined {
  return Object.hasOwn(successors, host.toLowerCase()) ? successors[host.toLowerCase()] : undefined;
}

/** Why a host is known to serve the same files under https; `gone` where it answers no more, undefined where nothing is known. */
export function httpsReason(host: string): string | undefined {
  const name = host.toLowerCase();
  if (gone.test(name)) return 'gone';
  if (Object.hasOwn(hosts, name)) return hosts[name];
  // The certificate is one for *.s3.amazonaws.com, which holds for no bucket with a dot in its name.
  if (/^[a-z0-9-]+\.s3\.amazonaws\.com$/.test(name)) return 'every bucket is served under both';
  if (/^[a-z0-9]+\.cloudfront\.net$/.test(name)) return 'every distribution is served under both';
  return undefined;
}
