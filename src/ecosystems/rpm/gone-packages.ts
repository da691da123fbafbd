/** Names that Enterprise Linux 8 and later has for what had another name in 6 and 7. */
export const renamedPackages: Readonly<Record<string, string>> = {
  'libselinux-python': 'python3-libselinux',
  'policycoreutils-python': 'policycoreutils-python-utils',
  'yum-plugin-ovl': 'yum-utils',
};

/** Packages of Enterprise Linux 6 and 7 that 8 does not have, and that nothing replaces name for name. */
const gone =
  /^(?:python|python-.*|python2[67](?:-.*)?|python3[46](?:u|-.*)?|java-1\.[67]\..*|ntp|ntpdate|mysql(?:-devel)?|docker|docker-io|php5.*|php7\d.*|devtoolset-.*|rh-.*|centos-release-.*|mongodb.*|tomcat6?|compat-.*|rubygems?-.*|nodejs-npm|iptables-services-.*)$/;

/** True for a package that Enterprise Linux 8 does not have. */
export function isGonePackage(name: string): boolean {
  return gone.test(name);
}
