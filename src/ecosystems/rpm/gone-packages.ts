/** Names that Enterprise Linux 8 and later has for what had another name in 6 and 7. */
export const renamedPackages: Readonly<Record<string, string>> = {
  'libselinux-python': 'python3-libselinux',
  'policycoreutils-python': 'policycoreutils-python-utils',
  'yum-plugin-ovl': 'yum-utils',
};

/**
 * Packages of Enterprise Linux 6 and 7 that 8 does not have, and that nothing replaces name for name. 8 has `mysql`, `tomcat` (from 8.8),
 * `python36`, gems of its Ruby and some `compat-` libraries. https://access.redhat.com/documentation/en-us/red_hat_enterprise_linux/8/html/considerations_in_adopting_rhel_8/
 */
const gone =
  /^(?:python|python-.*|python2[67](?:-.*)?|python34(?:u|-.*)?|python36u(?:-.*)?|python36-(?!devel$|debug$|rpm-macros$).*|java-1\.[67]\..*|ntp|ntpdate|docker|docker-io|php5.*|php7\d.*|devtoolset-.*|rh-.*|centos-release-.*|mongodb.*|tomcat6|compat-(?:db\d*|expat1|gcc-.*|glibc.*|libcap1|libstdc\+\+-.*|readline5.*)|nodejs-npm)$/;

/** True for a package that Enterprise Linux 8 does not have. */
export function isGonePackage(name: string): boolean {
  return gone.test(name);
}
