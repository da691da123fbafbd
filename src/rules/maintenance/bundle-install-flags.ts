import { packageCommands } from '../../dockerfile/package-commands.ts';
import { dockerfileRule } from '../../project/rule.ts';

/** https://bundler.io/man/bundle-install.1.html#DEPRECATED-OPTIONS, with the variable that takes over. */
const variables: Readonly<Record<string, string>> = {
  without: 'BUNDLE_WITHOUT',
  deployment: 'BUNDLE_DEPLOYMENT',
  path: 'BUNDLE_PATH',
  frozen: 'BUNDLE_FROZEN',
  system: 'BUNDLE_PATH__SYSTEM',
  clean: 'BUNDLE_CLEAN',
};

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'Options of bundle install that Bundler has given up',
  why: 'Bundler 2 warns about them and Bundler 4 does not know them: the build fails with the next base image.',
  remedy: 'Set the variables instead, with ENV before bundle install.',
  peers: ['tally:ruby/deprecated-bundler-install-flags'],
  check({ dockerfile }, { report }) {
    for (const { read, command } of packageCommands(dockerfile, 'bundle')) {
      if (read.action !== 'install-project') continue;
      const old = read.flags.filter(({ name }) => Object.hasOwn(variables, name));
      const [first] = old;
      if (first === undefined) continue;
      const instead = old.map(({ name }) => variables[name]).join(', ');
      report({
        at: command.range,
        message: `bundle install ${old.map(({ name }) => `--${name}`).join(' ')}: use ${instead}.`,
      });
    }
  },
});
