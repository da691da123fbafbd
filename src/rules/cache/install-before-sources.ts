import { systemInstallsAgain } from '../../ecosystems/rebuild-work.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { lateInstalls } from '../../repairs/install-before-sources.ts';

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'Packages that need none of the sources are installed behind them',
  why: 'A changed source file changes the COPY, and everything behind it runs again: each commit installs the same packages anew.',
  remedy: 'Install first, then copy the sources.',
  peers: [],
  check({ dockerfile }, { report }) {
    for (const stage of dockerfile.stages)
      for (const { run, copies, fix } of lateInstalls(dockerfile, stage)) {
        const [first, ...others] = copies;
        const isSources = copies.some(({ sources }) =>
          sources.some(({ value }) => /^[./*]+$|\/$|(?:^|\/)[^./]+$/.test(value)),
        );
        report({
          at: run.keyword.range,
          // One file changes seldom; a directory of sources with every commit.
          severity: isSources ? 'warning' : 'note',
          message: `It is run again with every change of what line ${first?.line} copies, and needs none of it.`,
          cost: systemInstallsAgain(1),
          also: others.map(({ keyword }) => ({ range: keyword.range, note: 'copied before it, too' })),
          ...(fix && { fix }),
        });
      }
  },
});
