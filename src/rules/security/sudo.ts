import { dockerfileRule } from '../../project/rule.ts';
import { dropSudo } from '../../repairs/drop-sudo.ts';

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'A build step runs sudo',
  why: 'A build step runs as root unless USER says otherwise, so sudo does nothing, or it hides that a step needs root after USER.',
  remedy: 'Drop sudo; where the step runs as another user, put USER root before it and switch back after it.',
  peers: ['hadolint:DL3004', 'kics:run-using-sudo', 'trivy:DS010', 'checkov:CKV2_DOCKER_1'],
  check({ dockerfile }, { report }) {
    for (const placed of dockerfile.commands) {
      const { command } = placed;
      if (!command.wrappers.includes('sudo') && command.name !== 'sudo') continue;
      const fix = dropSudo(dockerfile, placed);
      report({
        at: command.range,
        message: `This step runs ${command.name || 'a command'} through sudo.`,
        ...(fix && { fix }),
      });
    }
  },
});
