import { placeOfImage } from '../../project/inspected-image.ts';
import { imageRule } from '../../project/rule.ts';

const shells = ['sh', 'bash', 'dash', 'ash', 'busybox', 'zsh'];
const managers = ['apt-get', 'apk', 'dnf', 'microdnf', 'yum', 'zypper', 'pacman'];

export const rule = imageRule({
  severity: 'note',
  preset: 'all',
  offBecause: 'Most images have both, and the base image decides it.',
  summary: 'A shell or a package manager in the image',
  why: 'Whoever breaks into the program finds the tools there to look around and to fetch more.',
  remedy: 'Ship on a base without them (distroless, scratch), and debug with kubectl debug.',
  peers: [],
  check({ image }, { report }) {
    const { files } = image.analysis;
    const found = [...shells, ...managers].filter((name) =>
      ['usr/bin', 'bin', 'usr/sbin', 'sbin', 'usr/local/bin'].some((directory) => files.find(`${directory}/${name}`)),
    );
    if (found.length > 0) report({ ...placeOfImage(image), message: `The image holds ${found.join(', ')}.` });
  },
});
