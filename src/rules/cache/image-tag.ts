import { baseImage } from '../../bases/base-image.ts';
import { newestKnownOn, withVersion } from '../../bases/newest-release.ts';
import { officialImages } from '../../bases/official-images.ts';
import { releasesOf } from '../../bases/releases.ts';
import { withoutMirror } from '../../bases/tag.ts';
import { isUnreleased, namesVariantOnly } from '../../bases/variant-tag.ts';
import type { PeerId } from '../../core/finding.ts';
import type { Fix } from '../../core/fix.ts';
import { familiarName, type ImageReference, nameAsWritten, parseImageReference } from '../../core/image-reference.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type { StageReference } from '../../dockerfile/stage.ts';
import { resolveCopyFrom } from '../../dockerfile/stage-graph.ts';
import type { Token } from '../../dockerfile/syntax.ts';
import { ownDockerfileOf } from '../../project/own-base.ts';
import { buildsOf, type Project } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { askedRelease } from '../../repairs/asked-release.ts';
import { moveToSuccessor } from '../../repairs/move-to-successor.ts';
import { replaceReference } from '../../repairs/replace-base.ts';

const missingTag = [
  'hadolint:DL3006',
  'trivy:DS001',
  'checkov:CKV_DOCKER_7',
  'kics:image-version-not-explicit',
] as const;
const latestTag = [
  'hadolint:DL3007',
  'trivy:DS001',
  'checkov:CKV_DOCKER_7',
  'kics:image-version-using-latest',
] as const;

interface Use {
  readonly token: Token;
  readonly reference: ImageReference;
  /** As written, without a variable, in a FROM: what the peers read. */
  readonly isPlainFrom: boolean;
}

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'An image without a version',
  why: 'What latest means changes with every release of the image: a build gives another result tomorrow, and nothing says which version runs.',
  remedy: 'Name a version, for instance the minor release; a digest beside it makes the build repeatable.',
  peers: [...new Set([...missingTag, ...latestTag])],
  check({ dockerfile, project }, { report, today }) {
    const found = new Map<string, Use[]>();
    for (const use of usesOf(project, dockerfile)) {
      const { reference } = use;
      if (reference.digest !== undefined) continue;
      if (
        reference.tag !== undefined &&
        reference.tag !== 'latest' &&
        !namesVariantOnly(reference) &&
        !isUnreleased(reference)
      )
        continue;
      const same = found.get(reference.text);
      if (same) same.push(use);
      else found.set(reference.text, [use]);
    }
    for (const [text, [first, ...others]] of found)
      if (first) {
        const { tag } = first.reference;
        // What replaces an unreleased distribution has other packages: that is for a person to choose.
        const fix = isUnreleased(first.reference) ? undefined : pinned(project, dockerfile, [first, ...others], today);
        if (tag !== undefined && tag !== 'latest') {
          report({
            at: first.token.range,
            also: others.map(({ token }) => ({ range: token.range, note: 'the same image' })),
            severity: 'note',
            ...(fix && { fix }),
            message: isUnreleased(first.reference)
              ? `${text} is what is still being worked on: it changes from day to day, and nobody supports it.`
              : `${text} names a variant and no version of ${familiarName(first.reference)}: it moves with each release.`,
            peers: [],
          });
          continue;
        }
        report({
          at: first.token.range,
          also: others.map(({ token }) => ({ range: token.range, note: 'the same image' })),
          ...(fix && { fix }),
          message:
            tag === undefined ? `${text} has no tag, which means latest.` : `${text} is whatever was released last.`,
          peers: peersOf(first),
          ...(fix === undefined &&
            project.online === undefined &&
            canAsk(dockerfile, [first, ...others]) && {
              remedy:
                'Name a version, for instance the minor release («plimsoll fix --online» asks the registry which one latest is); a digest beside it makes the build repeatable.',
            }),
          ...(onlyLatest(first.reference) && {
            severity: 'note',
            remedy: 'This image has no version tags: name its digest, and let a bot keep it current.',
          }),
          ...(ownDockerfileOf(project, dockerfile, text) !== undefined && { severity: 'note' }),
        });
      }
  },
});

function peersOf({ isPlainFrom, reference }: Use): readonly PeerId[] {
  if (!isPlainFrom) return [];
  return reference.tag === undefined ? missingTag : latestTag;
}

/** The version that the repository asks for, else what latest was; of an image that has been given up, the one that took its place. */
function pinned(
  project: Project,
  dockerfile: Dockerfile,
  uses: readonly Use[],
  today: string | undefined,
): Fix | undefined {
  const [first] = uses;
  if (first === undefined) return undefined;
  const { reference } = first;
  const stages = dockerfile.stages.filter(({ from }) => uses.some(({ token }) => token === from?.image));
  const known = versionOnline(project, dockerfile, uses);
  if (baseImage(reference.text).deprecated !== undefined) {
    if (today === undefined || stages.length < uses.length) return known;
    return moveToSuccessor(project, dockerfile, reference.text, stages, today)?.fix ?? known;
  }
  const asked = askedRelease(project, dockerfile, baseImage(reference.text).runtime?.name);
  const versioned = withVersion(reference, asked?.release);
  const edits =
    versioned &&
    replaceReference(
      dockerfile,
      uses.map(({ token }) => token),
      reference.text,
      versioned.reference,
    );
  // Whoever asks registries wants what they say, not what was so once.
  if (versioned?.basis !== 'asked' && (known || project.online)) return known;
  if (versioned === undefined || edits === undefined) return undefined;
  const lasting = versioned.basis === 'known' ? lastingRelease(reference, versioned.version) : undefined;
  const told =
    versioned.basis === 'asked' && asked
      ? `${asked.path} asks for ${asked.release}`
      : `it was the newest on ${newestKnownOn}`;
  return {
    title: `Name the version: ${versioned.reference}`,
    changes: { edits },
    assumptions: [
      {
        statement: `${versioned.version} is the release that the image was last built and run with.`,
        state: 'unknown',
        question: `Which release of ${familiarName(reference)} did the last build that runs have? ${versioned.version} is written because ${told}.${
          lasting === undefined ? '' : ` It is not kept up for long; ${lasting} is.`
        }`,
      },
    ],
  };
}

/** The newest release that is kept up for long, where `latest` was one that is not: an innovation release of MySQL. */
function lastingRelease(reference: ImageReference, version: string): string | undefined {
  const kept = releasesOf(withoutMirror(familiarName(reference)))?.kept ?? [];
  return kept.includes(version) ? undefined : kept.at(-1);
}

/** The version that the registry gives `latest`, or a variant of it, today; or the digest of `latest` where no version names the same image. */
function versionOnline(project: Project, dockerfile: Dockerfile, uses: readonly Use[]): Fix | undefined {
  const reference = uses[0]?.reference;
  if (reference === undefined) return undefined;
  const { text, tag } = reference;
  const version = project.online?.versionTags.get(text);
  const digest = (tag ?? 'latest') === 'latest' ? project.online?.digests.get(text) : undefined;
  const pinned = version === undefined ? digest && `${text}@${digest}` : `${nameAsWritten(reference)}:${version}`;
  const edits =
    pinned === undefined
      ? undefined
      : replaceReference(
          dockerfile,
          uses.map(({ token }) => token),
          text,
          pinned,
        );
  if (pinned === undefined || edits === undefined) return undefined;
  return {
    title:
      version === undefined ? `Pin ${text} to the digest that its registry names today` : `Name the version: ${pinned}`,
    changes: { edits },
    assumptions: [
      {
        statement: 'The image of today is the one that the file was last built on, or is wanted.',
        state: 'unknown',
        question: `Does the file build on, and the program run with, ${version ?? 'the image'} that ${tag ?? 'latest'} is today? And who raises it later: Renovate, Dependabot, a job of your own?`,
      },
    ],
  };
}

/** Whether what a registry answers could be written. */
function canAsk(dockerfile: Dockerfile, uses: readonly Use[]): boolean {
  const text = uses[0]?.reference.text ?? '';
  const tokens = uses.map(({ token }) => token);
  return replaceReference(dockerfile, tokens, text, `${text}@sha256:${'0'.repeat(64)}`) !== undefined;
}

/** Images that are published without version tags, for everyone or for those who do not pay. */
function onlyLatest(reference: ImageReference): boolean {
  const name = familiarName(reference);
  return name.startsWith('gcr.io/distroless/') || /^(?:cgr\.dev\/)?chainguard\//.test(name);
}

/** The images that the file pulls, by FROM and COPY --from. */
function usesOf(project: Project, dockerfile: Dockerfile): readonly Use[] {
  const uses: Use[] = [];
  const add = (base: StageReference, token: Token, isPlainFrom: boolean) => {
    if (base.kind !== 'image' || !base.complete) return;
    const reference = parseImageReference(base.reference);
    if (reference) uses.push({ token, reference, isPlainFrom });
  };
  for (const { from, base } of dockerfile.stages)
    if (from?.image) add(base, from.image, !(from.image.raw ?? from.image.value).includes('$'));
  // Another bare name may be a build context of the command line, of which review/copy-from-unknown-stage speaks, and any may be one that a described build passes.
  const isAlone = buildsOf(project, dockerfile).every(({ toldBy }) => toldBy === 'convention');
  for (const { instruction } of dockerfile.instructionsNamed('COPY')) {
    const { from } = instruction;
    if (from && (/[/:]/.test(from.value) || (isAlone && Object.hasOwn(officialImages, from.value))))
      add(resolveCopyFrom(dockerfile, from), from, false);
  }
  return uses;
}
