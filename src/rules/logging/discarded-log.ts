import { composeRule } from '../../project/rule.ts';

export const rule = composeRule({
  severity: 'warning',
  summary: 'The log of a service is thrown away',
  why: 'When the service fails, nobody can see what it said.',
  remedy: 'Use a driver that keeps or forwards the log; bound its size with max-size and max-file.',
  peers: [],
  check({ compose }, { report }) {
    for (const { name, logging } of compose.services)
      if (logging?.driver?.text === 'none')
        report({
          at: { path: logging.driver.path, range: logging.driver.range },
          message: `Service ${name} has the logging driver none.`,
        });
  },
});
