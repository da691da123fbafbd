import type { BuildContext } from '../../context/build-context.ts';
import type { JunkFound } from '../../context/junk.ts';
import type { Severity } from '../../core/severity.ts';
import type { CopyInstruction } from '../../dockerfile/instruction.ts';
import type { Token } from '../../dockerfile/syntax.ts';
import { buildsOf, shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { stageChain } from '../../project/stage-facts.ts';

/** Names that say it without a look inside. */
const certainNames: readonly (readonly [name: RegExp, what: string])[] = [
  [/(?:^|\/)id_(?:rsa|dsa|ecdsa|ed25519)$/, 'a private SSH key'],
  [/(?:^|\/)(?:privkey|private[-_.]?key|ssl[-_.]?key|tls[-_.]?key|server[-_.]?key)\.pem$/i, 'a private key'],
  [/(?:^|\/)(?:server|private|privkey|ssl|tls)\.key$/i, 'a private key'],
  [/\.ppk$/, 'a private SSH key'],
  [/(?:^|\/)[._]netrc$/, 'a file with logins'],
  [/(?:^|\/)\.(?:git-credentials|pgpass|pypirc|dockercfg)$/, 'a file with logins'],
  [/(?:^|\/)\.docker\/config\.json$/, 'the login to a registry'],
  [/(?:^|\/)\.aws(?:\/credentials)?\/?$/, 'credentials of a cloud account'],
  [/(?:^|\/)\.kube(?:\/config)?\/?$|(?:^|\/)kubeconfig$/, 'the login to a Kubernetes cluster'],
  [/\.tfstate$/, 'a Terraform state'],
];
const madeUp =
  /(?:^|\/)(?:tests?|testdata|fixtures?|specs?|examples?|samples?|mocks?|demos?)(?:\/|$)|insecure|dummy|snakeoil/;

export const rule = dockerfileRule({
  severity: 'error',
  summary: 'A file that lets someone in is copied into the image',
  why: 'It is in the layer of that instruction for everyone who can pull the image; removing it in a later instruction does not take it out of the layer.',
  remedy:
    'Mount it where the build needs it, with RUN --mount=type=secret or type=ssh; give it to the container when it is started.',
  peers: [],
  check({ dockerfile, project }, { report }) {
    const shipped = new Set(shippedStages(project, dockerfile).flatMap(stageChain));
    const contexts = buildsOf(project, dockerfile).flatMap(({ context }) => context ?? []);
    for (const { instruction, stage } of [
      ...dockerfile.instructionsNamed('COPY'),
      ...dockerfile.instructionsNamed('ADD'),
    ]) {
      const ships = stage === undefined || shipped.has(stage);
      for (const source of instruction.sources) {
        const what = copiedSecret(instruction, source, contexts, dockerfile.path);
        if (what === undefined) continue;
        report({
          at: source.range,
          message: `${instruction.name} takes ${what.text}, ${source.value}, into ${ships ? 'the image' : 'a build stage'}.`,
          severity: ships ? what.severity : 'note',
          cause: `copied secret: ${instruction.line} ${source.value}`,
        });
      }
    }
  },
});

interface Found {
  readonly text: string;
  readonly severity: Severity;
}

function copiedSecret(
  instruction: CopyInstruction,
  source: Token,
  contexts: readonly BuildContext[],
  path: string,
): Found | undefined {
  if (madeUp.test(source.value.toLowerCase())) return undefined;
  const inContexts = instruction.from === undefined ? contexts : [];
  for (const context of inContexts) {
    const junk = junkNamedBy(context, instruction, source, path);
    if (junk) return { text: junk.kind.what, severity: 'error' };
  }
  // Where the file lies there and holds no secret, its name proves nothing.
  if (inContexts.some((context) => context.index.ranges.has(inContext(source.value)))) return undefined;
  const [, text] = certainNames.find(([name]) => name.test(source.value)) ?? [];
  return text === undefined ? undefined : { text: `what is named like ${text}`, severity: 'warning' };
}

function junkNamedBy(
  context: BuildContext,
  { range }: CopyInstruction,
  { value }: Token,
  path: string,
): JunkFound | undefined {
  const isUse = (use: { readonly path: string; readonly range: { readonly start: number } }) =>
    use.path === path && use.range.start === range.start;
  return context.junk.find(
    (junk) =>
      junk.kind.area === 'secrets' &&
      junk.namedBy.some(isUse) &&
      (inContext(value) === junk.path || inContext(value).startsWith(`${junk.path}/`)),
  );
}

function inContext(source: string): string {
  return source.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '');
}
