import type { BaseImage } from './base-image.ts';

/** The `python3` of a release of a distribution: packages.debian.org, packages.ubuntu.com, pkgs.alpinelinux.org. */
const python3: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  debian: { 8: '3.4', 9: '3.5', 10: '3.7', 11: '3.9', 12: '3.11', 13: '3.13' },
  ubuntu: { '14.04': '3.4', '16.04': '3.5', '18.04': '3.6', '20.04': '3.8', '22.04': '3.10', '24.04': '3.12' },
  alpine: {
    ...{ 3.9: '3.6', '3.10': '3.7', 3.11: '3.8', 3.12: '3.8', 3.13: '3.8', 3.14: '3.9', 3.15: '3.9', 3.16: '3.10' },
    ...{ 3.17: '3.10', 3.18: '3.11', 3.19: '3.11', '3.20': '3.12', 3.21: '3.12', 3.22: '3.12' },
  },
  centos: { 7: '3.6', 8: '3.6' },
  rocky: { 8: '3.6', 9: '3.9' },
  almalinux: { 8: '3.6', 9: '3.9' },
};

/** The last release in which `pip` without a number is that of Python 2. */
const lastWithPython2: Readonly<Record<string, number>> = { debian: 10, ubuntu: 18.04, centos: 7 };

/** The Python whose packages `pip`, `pip3` or `pip2.7` installs in an image; undefined where that is not known. */
export function pythonOf(image: BaseImage, program: string): string | undefined {
  const [, named] = /(\d(?:\.\d+)?)$/.exec(program) ?? [];
  if (named?.includes('.')) return named;
  if (image.runtime?.name === 'python') return image.runtime.version;
  if (named === '2') return '2.7';
  const { distribution, distributionVersion = '' } = image;
  const release = Object.hasOwn(python3, distribution) ? python3[distribution] : undefined;
  const isOld = Number(distributionVersion) <= (lastWithPython2[distribution] ?? 0);
  if (named === undefined && isOld && distributionVersion !== '') return '2.7';
  return release !== undefined && Object.hasOwn(release, distributionVersion)
    ? release[distributionVersion]
    : undefined;
}

/** The release of a language that an image is made for. */
export function runtimeOf(image: BaseImage, name: string): string | undefined {
  return image.runtime?.name === name ? image.runtime.version : undefined;
}
