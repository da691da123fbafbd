import { dockerfileRule } from '../../project/rule.ts';
import { dropPassword } from '../../repairs/drop-password.ts';

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'A build step sets the password of a user',
  why: 'The password, or its hash, is in the image for everyone who can pull it, and every container has the same one.',
  remedy: 'Leave the account without password; containers are entered with exec, not by logging in.',
  peers: ['checkov:CKV2_DOCKER_17'],
  check({ dockerfile }, { report }) {
    for (const placed of dockerfile.commandsNamed('chpasswd')) {
      const fix = dropPassword(dockerfile, placed);
      report({
        at: placed.command.range,
        message: 'chpasswd stores a password in the image.',
        ...(fix && { fix }),
      });
    }
    for (const placed of dockerfile.commandsNamed('useradd', 'usermod')) {
      const { command } = placed;
      if (!command.arguments.some(({ value }) => value === '-p' || value.startsWith('--password'))) continue;
      const fix = dropPassword(dockerfile, placed);
      report({
        at: command.range,
        message: `${command.name} stores a password hash in the image.`,
        peers: [],
        ...(fix && { fix }),
      });
    }
  },
});
