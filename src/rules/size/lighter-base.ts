import type { BaseImage, LighterImage } from '../../bases/base-image.ts';
import { runTimeImage } from '../../bases/run-time-image.ts';
import { parseImageReference } from '../../core/image-reference.ts';
import type { RuleContext } from '../../core/rule.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { packageCommands } from '../../dockerfile/package-commands.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { isBuildOnly } from '../../ecosystems/facts.ts';
import { runsProgram } from '../../project/image-purpose.ts';
import { shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { baseImageOf, externalBase, stageChain } from '../../project/stage-facts.ts';
import { type AlpineServer, alpineServer } from '../../repairs/alpine-server.ts';
import { needOfStart } from '../../repairs/build-tools/needs-of-start.ts';
import { lighterBaseFix, withoutDocumentation } from '../../repairs/lighter-base-fix.ts';
import { siteInPlace } from '../../repairs/multi-stage/site-in-place.ts';

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'The stage that ships stands on a full image where a slim one of the same kind exists',
  why: 'Full language images bring compilers, headers and version control for building; in a stage that only runs the program they are pulled, scanned and patched for nothing.',
  remedy: 'Build in a stage on the full image and ship on the slim one of the same distribution.',
  peers: [],
  check({ dockerfile, project }, { report }) {
    for (const stage of shippedStages(project, dockerfile)) {
      const image = baseImageOf(stage);
      const base = externalBase(stage);
      // What serves files alone stands on no image of a language or distribution: size/static-file-server says so.
      const site = siteInPlace(project, dockerfile, stage);
      if (site !== undefined && 'fix' in site.conversion) continue;
      if (isWholeDebian(image)) {
        // What names nothing to run is a place to work in, or a base for images that may want manual pages.
        if (runsProgram(project, dockerfile, stage)) reportDebian(dockerfile, stage, image, report);
        continue;
      }
      const server = alpineServer(project, dockerfile, stage);
      if (server !== undefined) {
        reportServer(stage, server, report);
        continue;
      }
      const lighter = lighterOf(dockerfile, stage, image);
      const from = stageChain(stage).at(-1)?.from?.image;
      if (lighter === undefined || from === undefined || base.kind !== 'image') continue;
      const chain = new Set(stageChain(stage));
      const builds = packageCommands(dockerfile).some(
        (placed) =>
          placed.stage !== undefined &&
          chain.has(placed.stage) &&
          (placed.read.action === 'build' ||
            placed.read.packages.some(({ name }) => isBuildOnly(placed.read.ecosystem, name))),
      );
      const need = needOfStart(project, dockerfile, stage, []);
      const fixed = need === undefined ? lighterBaseFix(project, dockerfile, stage, lighter) : { refusal: need };
      const because =
        fixed !== undefined && 'refusal' in fixed ? ` It is not done by a fix, because ${fixed.refusal}.` : '';
      report({
        at: from.range,
        ...(fixed !== undefined && 'fix' in fixed && { fix: fixed.fix }),
        message: `${parseImageReference(base.reference)?.text ?? base.reference} is made for building; ${lighter.reference} lacks ${lighter.lacks} and runs the same programs.`,
        remedy: builds
          ? `Build in a stage on ${base.reference} and ship on ${lighter.reference}.${because}`
          : `Use ${lighter.reference}, and add by name what the program needs of the rest.${because}`,
      });
    }
  },
});

/** A server that nothing else runs beside: its image on Alpine. */
function reportServer(stage: Stage, { image, fixed }: AlpineServer, report: RuleContext['report']): void {
  const from = stage.from?.image;
  if (from === undefined) return;
  const because = 'refusal' in fixed ? ` It is not done by a fix, because ${fixed.refusal}.` : '';
  report({
    at: from.range,
    ...('fix' in fixed && { fix: fixed.fix }),
    message: `Nothing but the server runs on ${from.value}; ${image.reference} is the same server of the same publisher without Debian around it.`,
    why: 'The packages of Debian are pulled, scanned and patched for nothing; no program of yours, no bash and no package is there that would need them.',
    remedy: `Use ${image.reference}.${because}`,
  });
}

/** A supported release of Debian in its full form. */
function isWholeDebian({ reference }: BaseImage): boolean {
  return (
    reference?.repository === 'library/debian' &&
    reference.digest === undefined &&
    /^(?:1[23](?:\.\d+)?|bookworm|trixie|stable)$/.test(reference.tag ?? '')
  );
}

function reportDebian(
  dockerfile: Dockerfile,
  stage: Stage,
  { reference }: BaseImage,
  report: RuleContext['report'],
): void {
  const from = stageChain(stage).at(-1)?.from?.image;
  if (from === undefined || reference === undefined) return;
  const slim = `${reference.text}-slim`;
  const fixed = withoutDocumentation(dockerfile, stage, slim);
  const because =
    fixed !== undefined && 'refusal' in fixed ? ` It is not done by a fix, because ${fixed.refusal}.` : '';
  report({
    at: from.range,
    ...(fixed !== undefined && 'fix' in fixed && { fix: fixed.fix }),
    message: `${reference.text} and what is installed on it bring manual pages, documentation and translations; ${slim} leaves them out.`,
    why: 'Nothing that a container runs reads them; they are pulled and stored for nothing, some 40 MB before anything is installed.',
    remedy: `Use ${slim}.${because}`,
  });
}

/** Programs that only a JDK has, and build tools that call them. */
const javaTools =
  /^(?:javac|jar|javadoc|jshell|jlink|jpackage|jdeps|jcmd|jmap|jstack|jps|jstat|jconsole|mvn|mvnw|gradle|gradlew|sbt|lein|ant|bazel)$/;

/** The slim sister of an image with a compiler; of a JDK of which only java is called, the run-time environment. */
function lighterOf(
  dockerfile: Dockerfile,
  stage: Stage,
  image: BaseImage,
): Pick<LighterImage, 'reference' | 'lacks'> | undefined {
  if (image.toolchain === true) return image.lighter.find(({ sameLibc }) => sameLibc);
  // One that was given up moves to another publisher first.
  if (image.runtime?.name !== 'java' || image.reference === undefined || image.deprecated !== undefined)
    return undefined;
  const chain = new Set(stageChain(stage));
  const all = [...chain]
    .flatMap(({ instructions }) => instructions)
    .flatMap((each) => dockerfile.script(each)?.commands ?? []);
  const startsJava = all.some(({ name }) => name === 'java');
  if (
    !startsJava ||
    all.some(
      ({ name, arguments: words }) =>
        javaTools.test(name) || words.some(({ value }) => /(?:^|\/)(?:mvnw|gradlew)$/.test(value)),
    )
  )
    return undefined;
  return runTimeImage(image.reference.text);
}
