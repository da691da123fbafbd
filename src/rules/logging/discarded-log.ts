import { composeRule } from '../../project/rule.ts';
import { asks, manifestFix, replaceIn } from '../../repairs/manifest-edits.ts';

export const rule = composeRule({
  severity: 'warning',
  summary: 'The log of a service is thrown away',
  why: 'When the service fails, nobody can see what it said.',
  remedy: 'Use a driver that keeps or forwards the log; bound its size with max-size and max-file.',
  peers: [],
  check({ compose, project }, { report }) {
    for (const { name, logging } of compose.services) {
      if (logging?.driver?.text !== 'none') continue;
      const fix = manifestFix(
        'Keep the log with the driver local, which bounds its size',
        replaceIn(project, {}, logging.driver, 'local'),
        [
          asks(
            'The log may take 100 MB on the machine, and holds nothing that must not be kept.',
            `Was the log of ${name} thrown away for its size only, and not for what it says?`,
          ),
        ],
      );
      report({
        ...(fix && { fix }),
        at: { path: logging.driver.path, range: logging.driver.range },
        message: `Service ${name} has the logging driver none.`,
      });
    }
  },
});
