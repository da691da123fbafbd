import { packageCommands } from '../../dockerfile/package-commands.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { baseImageOf } from '../../project/stage-facts.ts';

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'Bundler is installed on a Ruby image that has it',
  why: 'The step replaces the Bundler of the image by whatever is newest on the day of the build, and takes a layer for it.',
  remedy: 'Leave it out: Bundler 2 switches by itself to the version that Gemfile.lock names.',
  peers: ['tally:ruby/redundant-bundler-install'],
  check({ dockerfile }, { report }) {
    for (const { read, command, stage } of packageCommands(dockerfile, 'gem')) {
      if (read.action !== 'install' || stage === undefined) continue;
      const { reference, runtime } = baseImageOf(stage);
      if (runtime?.name !== 'ruby' || reference?.repository !== 'library/ruby' || isBeforeBundler2(runtime.version))
        continue;
      // A version that is named is meant.
      const bundler = read.packages.find(({ name, pin }) => name === 'bundler' && pin === 'none');
      if (bundler === undefined) continue;
      report({
        at: read.packages.length === 1 ? command.range : bundler.word.range,
        message: 'The base image has Bundler already.',
      });
    }
  },
});

/** Ruby 2.6 was the first with Bundler in it, 2.7 the first with Bundler 2. */
function isBeforeBundler2(version: string | undefined): boolean {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  return major === 1 || (major === 2 && minor < 7);
}
