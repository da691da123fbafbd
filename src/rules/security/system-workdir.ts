import { dockerfileRule } from '../../project/rule.ts';
import { expandedValue } from '../../project/stage-facts.ts';

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'WORKDIR is a directory of the system',
  why: "Below /proc or /dev the working directory is what the host's kernel shows, and a process that starts there may reach the host.",
  remedy: 'Give the program a directory of its own, such as /app.',
  peers: ['trivy:DS030'],
  check({ dockerfile }, { report }) {
    for (const { instruction } of dockerfile.instructionsNamed('WORKDIR')) {
      if (instruction.name !== 'WORKDIR') continue;
      const path = expandedValue(dockerfile, instruction, instruction.value) ?? '';
      const system = /^\/(?:proc|sys|boot|dev|initrd|lost\+found)(?:\/|$)/.exec(path)?.[0];
      if (system === undefined || path.startsWith('/dev/shm')) continue;
      report({
        at: instruction.range,
        message: `The working directory is ${path}.`,
        peers: system.endsWith('/') && !system.startsWith('/sys') ? ['trivy:DS030'] : [],
        ...(path.startsWith('/proc/self/fd') && {
          severity: 'error',
          why: 'On hosts without the fix for CVE-2024-21626, a container that starts in an open file of runc gets the file system of the host.',
        }),
      });
    }
  },
});
