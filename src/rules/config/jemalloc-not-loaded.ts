import { packageCommands } from '../../dockerfile/package-commands.ts';
import { shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { baseImageOf, lastInstruction, stageChain } from '../../project/stage-facts.ts';

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'jemalloc is installed and nothing loads it',
  why: 'Ruby takes memory from the C library unless LD_PRELOAD names another allocator: the package is there, and memory grows as before.',
  remedy: 'Set ENV LD_PRELOAD to the library: /usr/lib/x86_64-linux-gnu/libjemalloc.so.2 on Debian for amd64.',
  peers: ['tally:ruby/jemalloc-installed-but-not-preloaded'],
  check({ dockerfile, project }, { report }) {
    if (
      !dockerfile.text.includes('jemalloc') ||
      /LD_PRELOAD|MALLOC_CONF|--with-jemalloc|-ljemalloc/.test(dockerfile.text)
    )
      return;
    for (const stage of shippedStages(project, dockerfile)) {
      // A script may be what sets LD_PRELOAD, as the one of Rails 7.1 did.
      if (baseImageOf(stage).runtime?.name !== 'ruby' || lastInstruction(stage, 'ENTRYPOINT') !== undefined) continue;
      if (lastInstruction(stage, 'CMD') === undefined) continue;
      const chain = new Set(stageChain(stage));
      for (const { read, stage: own } of packageCommands(dockerfile, 'apt-get', 'apt', 'apk')) {
        if (own === undefined || !chain.has(own) || read.action !== 'install') continue;
        const found = read.packages.find(({ name }) => /^(?:lib)?jemalloc\d?(?:-dev)?$/.test(name));
        if (found !== undefined)
          report({ at: found.word.range, message: `${found.name} is installed and never loaded.` });
      }
    }
  },
});
