import { packageCommands } from '../../dockerfile/package-commands.ts';
import { dockerfileRule } from '../../project/rule.ts';

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'A build step changes the release of the distribution',
  why: 'dist-upgrade may remove packages and move to another release, so the image is no longer the base image that FROM names and no build is like the last.',
  remedy: 'Take a newer base image; for security updates alone use apt-get upgrade or the like.',
  peers: ['hadolint:DL3035', 'trivy:DS024'],
  check({ dockerfile }, { report }) {
    for (const { read, command } of packageCommands(dockerfile))
      if (read.action === 'dist-upgrade')
        report({
          at: command.range,
          message: `${read.tool} ${read.subcommand?.value ?? 'dist-upgrade'} upgrades the whole distribution inside the image.`,
          peers: read.tool === 'zypper' ? ['hadolint:DL3035'] : read.tool === 'apt-get' ? ['trivy:DS024'] : [],
        });
  },
});
