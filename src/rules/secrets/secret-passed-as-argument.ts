import type { PeerId } from '../../core/finding.ts';
import { isPlaceholder, isTellingName } from '../../core/secret-text.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type { Instruction, KeyValue, RunInstruction } from '../../dockerfile/instruction.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { buildsOf, type Project, shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { baseImageOf, stageChain } from '../../project/stage-facts.ts';
import { mountSecret } from '../../repairs/mount-secret.ts';

const railsSecrets = /^(?:SECRET_KEY_BASE|RAILS_MASTER_KEY|SECRET_TOKEN|DEVISE_SECRET_KEY|DEVISE_PEPPER|RAILS_KEY)$/;
const bundlerHost = /^BUNDLE_(?!(?:LOCAL|BUILD)__)[A-Z0-9_]{1,100}__[A-Z0-9_]{2,60}$/;

/** Variables that tools read by themselves or through their configuration file, with the programs that do. */
const readBy: readonly (readonly [name: RegExp, programs: readonly string[]])[] = [
  [/^(?:NPM_TOKEN|NODE_AUTH_TOKEN|YARN_AUTH_TOKEN|NPM_AUTH_TOKEN)$/, ['npm', 'yarn', 'pnpm', 'npx', 'bun']],
  [bundlerHost, ['bundle']],
  [/^COMPOSER_AUTH$/, ['composer']],
  [/^(?:GITHUB|GH)_TOKEN$/, ['gh', 'composer', 'npm', 'yarn', 'pnpm']],
  [/^AWS_(?:SECRET_ACCESS_KEY|SESSION_TOKEN)$/, ['aws']],
  [railsSecrets, ['rails', 'rake', 'bundle']],
];

const remedyInFiles =
  'Give it as a secret where the build is described (Compose: secrets of the build, and at the top), then mount it where it is used: RUN --mount=type=secret,id=…,env=NAME,required=true.';

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'A secret is given to the build as an argument',
  why: 'The value of an argument stands in the history of each RUN that it is in scope of, in the build cache and in the provenance of the image.',
  remedy: 'Mount it where it is used: RUN --mount=type=secret,id=…,env=NAME, and build with --secret.',
  peers: ['trivy:DS031', 'tally:ruby/prefer-secret-mounts-for-build-credentials', 'tally:ruby/secrets-in-arg-or-env'],
  check({ dockerfile, project }, { report }) {
    const shipped = new Set(shippedStages(project, dockerfile).flatMap(stageChain));
    for (const { instruction, stage } of dockerfile.instructionsNamed('ARG')) {
      if (stage === undefined) continue;
      for (const pair of instruction.pairs) {
        if (!holdsSecret(pair)) continue;
        const uses = usesOf(dockerfile, stage, instruction, pair.key.value);
        const [first] = uses;
        if (first === undefined) continue;
        const fix = mountSecret(project, dockerfile, stage, instruction, pair.key.value, uses);
        report({
          at: pair.range,
          also: uses.map(({ range }) => ({ range, note: 'used here' })),
          message: `${pair.key.value} is an argument of the build, and ${first.name} uses it.`,
          // What another stage is given stays with the builder.
          severity: shipped.has(stage) ? 'warning' : 'note',
          peers: peersOf(dockerfile, stage, pair.key.value),
          ...(fix && { fix }),
          ...(!fix && isBuiltByFile(project, dockerfile) && { remedy: remedyInFiles }),
        });
      }
    }
  },
});

function isBuiltByFile(project: Project, dockerfile: Dockerfile): boolean {
  return buildsOf(project, dockerfile).some(({ toldBy }) => toldBy !== 'ci' && toldBy !== 'convention');
}

/** A default that is a secret itself is reported as that. */
function holdsSecret({ key, value }: KeyValue): boolean {
  return (
    (isTellingName(key.value) || bundlerHost.test(key.value)) && (value === undefined || isPlaceholder(value.value))
  );
}

function usesOf(dockerfile: Dockerfile, stage: Stage, from: Instruction, name: string): readonly Instruction[] {
  const programs = readBy.find(([form]) => form.test(name))?.[1] ?? [];
  return stage.instructions.filter((instruction) => {
    if (instruction.range.start <= from.range.start) return false;
    // An ENV that says what it holds is found by secrets/argument-kept-in-image.
    if (instruction.name === 'ENV')
      return instruction.pairs.some(
        ({ key, value }) => value !== undefined && names(value.raw ?? value.value, name) && !isTellingName(key.value),
      );
    if (instruction.name !== 'RUN' || isMounted(instruction, name)) return false;
    const script = dockerfile.script(instruction);
    if (script === undefined) return false;
    return script.variables.has(name) || script.commands.some((command) => programs.includes(command.name));
  });
}

function names(text: string, name: string): boolean {
  return text.includes(`$${name}`) || text.includes(`\${${name}`);
}

/** The mounted secret hides the argument. */
function isMounted({ mounts }: RunInstruction, name: string): boolean {
  return mounts.some(({ type, options }) => type === 'secret' && options.get('env') === name);
}

function peersOf(dockerfile: Dockerfile, stage: Stage, name: string): readonly PeerId[] {
  const found: PeerId[] = [];
  if (stage === dockerfile.final && isTellingName(name)) found.push('trivy:DS031');
  if (baseImageOf(stage).runtime?.name !== 'ruby') return found;
  if (railsSecrets.test(name)) found.push('tally:ruby/secrets-in-arg-or-env');
  if (/^(?:NPM_TOKEN|YARN_AUTH_TOKEN|GEM_HOST_API_KEY)$/.test(name) || bundlerHost.test(name))
    found.push('tally:ruby/prefer-secret-mounts-for-build-credentials');
  return found;
}
