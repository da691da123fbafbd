import { insertAfter } from '../../dockerfile/edit.ts';
import { packageCommands, stageWrites } from '../../dockerfile/package-commands.ts';
import { dockerfileRule } from '../../project/rule.ts';

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'apt-get install takes recommended packages along',
  why: 'Debian and Ubuntu install what a package recommends as well, which is often documentation, fonts or a mail server that nobody asked for.',
  remedy:
    'Pass --no-install-recommends and name what is really needed (ca-certificates with curl, libc6-dev with gcc).',
  peers: [
    'hadolint:DL3015',
    'kics:apt-get-not-avoiding-additional-packages',
    'trivy:DS029',
    'parfum:aptGetInstallUseNoRec',
  ],
  check({ dockerfile }, { report }) {
    for (const { read, command, stage } of packageCommands(dockerfile, 'apt-get', 'apt')) {
      if (read.action !== 'install' || read.noRecommends || read.packages.length === 0) continue;
      if (stageWrites(dockerfile, stage, /Install-Recommends/i)) continue;
      const at = read.subcommand;
      report({
        at: command.range,
        message: `${read.tool} install also installs what the named packages recommend.`,
        ...(read.tool === 'apt' && { peers: [] }),
        ...(at && {
          fix: {
            title: 'Pass --no-install-recommends',
            changes: { edits: [insertAfter(dockerfile, at.range, ' --no-install-recommends')] },
            assumptions: [
              {
                statement: 'Nothing that is only recommended is used.',
                state: 'unknown',
                question:
                  'Does the image still build and run without the recommended packages? A proof that builds and runs both settles it.',
              },
            ],
          },
        }),
      });
    }
  },
});
