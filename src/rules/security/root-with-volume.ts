import { shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { finalUser, lastInstruction } from '../../project/stage-facts.ts';
import { withRunAsNonRoot } from '../../repairs/run-as-non-root.ts';
import { runAsUser } from '../../repairs/run-as-user.ts';

/** Scripts, and programs that begin as root and become a user of their own. */
const mayDrop =
  /\.sh$|entrypoint|gosu|su-exec|setpriv|supervisord|init$|nginx|httpd|apache|mysqld|mariadb|php-fpm|memcached|sshd|cron|unbound|named|rsyslogd|dockerd/;

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'A container that runs as root keeps data in a volume',
  why: 'Files that root writes into a volume outlive the container and stay those of root on the host, for every other container that mounts it.',
  remedy: 'Run as a user of its own, and create the directory of the volume with that user as owner before VOLUME.',
  peers: ['tally:stateful-root-runtime'],
  check({ dockerfile, project }, { report }) {
    if (dockerfile.instructionsNamed('VOLUME').length === 0) return;
    for (const stage of shippedStages(project, dockerfile)) {
      const { instruction, isRoot } = finalUser(dockerfile, stage);
      const volume = lastInstruction(stage, 'VOLUME');
      const command = lastInstruction(stage, 'CMD');
      // A script may be what becomes another user.
      if (isRoot !== true || volume === undefined || command === undefined) continue;
      if (lastInstruction(stage, 'ENTRYPOINT') !== undefined || command.command.form !== 'exec') continue;
      const program = command.command.words[0]?.value ?? '';
      if (mayDrop.test(program) || volume.paths.every(({ value }) => /^\/(?:sys|run|tmp|dev)\b/.test(value))) continue;
      const place = instruction ?? stage.from;
      const ofImage = runAsUser(project, dockerfile, stage);
      const fix = ofImage && withRunAsNonRoot(project, dockerfile, stage, ofImage);
      report({
        at: volume.range,
        message: `${volume.paths[0]?.value ?? 'The volume'} holds what root writes.`,
        ...(place && { cause: `runs as root: ${place.line}` }),
        ...(fix && { fix }),
      });
    }
  },
});
