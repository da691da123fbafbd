import { packageCommands } from '../../dockerfile/package-commands.ts';
import { dockerfileRule } from '../../project/rule.ts';

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'A stage installs curl and wget where one would do',
  why: 'Both do the same; each brings its libraries and its own security updates.',
  remedy: 'Use one of them.',
  peers: ['hadolint:DL4001', 'kics:run-using-wget-and-curl', 'trivy:DS014'],
  check({ dockerfile }, { report }) {
    for (const stage of dockerfile.stages) {
      const first = (name: string) =>
        dockerfile.commandsNamed(name).find((placed) => placed.stage === stage && placed.command.arguments.length > 0);
      const curl = first('curl');
      const wget = first('wget');
      if (
        curl === undefined ||
        wget === undefined ||
        !(installs(dockerfile, stage, 'curl') || installs(dockerfile, stage, 'wget'))
      )
        continue;
      const [earlier, later] = curl.command.range.start < wget.command.range.start ? [curl, wget] : [wget, curl];
      report({
        at: later.command.range,
        message: `This stage uses ${later.command.name} here and ${earlier.command.name} before.`,
        also: [{ range: earlier.command.range, note: earlier.command.name }],
      });
    }
  },
});

function installs(dockerfile: Parameters<typeof packageCommands>[0], stage: unknown, name: string): boolean {
  return packageCommands(dockerfile).some(
    (placed) =>
      placed.stage === stage &&
      placed.read.action === 'install' &&
      placed.read.packages.some((each) => each.name === name),
  );
}
