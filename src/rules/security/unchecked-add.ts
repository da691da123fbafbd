import { dockerfileRule } from '../../project/rule.ts';
import { checkDownload, uncheckedDownloads } from '../../repairs/check-download.ts';

export const rule = dockerfileRule({
  severity: 'note',
  preset: 'all',
  offBecause:
    'A checksum has to be changed with each release that is wanted, and an address whose content changes by intent cannot have one.',
  summary: 'ADD downloads a file that nothing verifies',
  why: 'Whoever may write to the server, or to what it redirects to, puts anything into the image, and two builds of one commit may hold different files.',
  remedy:
    'Write the checksum of the publisher: ADD --checksum=sha256:… (front end 1.6); plimsoll fix --online asks the address.',
  peers: [],
  check({ dockerfile, project }, { report }) {
    for (const download of uncheckedDownloads(dockerfile)) {
      const fix = checkDownload(project, dockerfile, download);
      report({
        at: download.instruction.range,
        message: 'ADD takes whatever the address serves on the day of the build.',
        ...(fix && { fix }),
      });
    }
  },
});
