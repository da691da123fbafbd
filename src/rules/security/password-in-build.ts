import { dockerfileRule } from '../../project/rule.ts';

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'A build step sets the password of a user',
  why: 'The password, or its hash, is in the image for everyone who can pull it, and every container has the same one.',
  remedy: 'Leave the account without password; containers are entered with exec, not by logging in.',
  peers: ['checkov:CKV2_DOCKER_17'],
  check({ dockerfile }, { report }) {
    for (const { command } of dockerfile.commandsNamed('chpasswd'))
      report({ at: command.range, message: 'chpasswd stores a password in the image.' });
    for (const { command } of dockerfile.commandsNamed('useradd', 'usermod'))
      if (command.arguments.some(({ value }) => value === '-p' || value.startsWith('--password')))
        report({ at: command.range, message: `${command.name} stores a password hash in the image.`, peers: [] });
  },
});
