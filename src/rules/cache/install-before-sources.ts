import { systemInstallsAgain } from '../../ecosystems/rebuild-work.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { lateInstalls } from '../../repairs/install-before-sources.ts';

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'Packages that need none of the sources are installed behind them',
  why: 'A changed source file changes the COPY, and everything behind it runs again: each commit installs the same packages anew.',
  remedy: 'Install first, then copy the sources.',
  peers: [],
  check({ dockerfile }, { report }) {
    for (const stage of dockerfile.stages)
      for (const { runs, copies, fix } of lateInstalls(dockerfile, stage)) {
        const [first, ...others] = copies;
        report({
          at: runs[0].keyword.range,
          message: `It is run again with every change of what line ${first.line} copies, and needs none of it.`,
          cost: systemInstallsAgain(runs.length),
          also: others.map(({ keyword }) => ({ range: keyword.range, note: 'copied before it, too' })),
          fix,
        });
      }
  },
});
