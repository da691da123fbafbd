import { namesVariantOnly } from '../bases/variant-tag.ts';
import { fewAtOnce } from '../core/few-at-once.ts';
import { type ImageReference, nameAsWritten, parseImageReference } from '../core/image-reference.ts';
import { askChecksum, type Served } from '../ecosystems/ask-checksum.ts';
import { askReleases } from '../ecosystems/ask-release.ts';
import { type PackageRelease, questionKey } from '../ecosystems/release-question.ts';
import type { RegistrySession } from '../image/registry-session.ts';
import { versionTagOf } from '../image/version-tag.ts';
import { taggedImages } from '../project/image-references.ts';
import type { Project } from '../project/project.ts';
import { downloadAddresses } from '../repairs/check-download.ts';
import { releaseQuestions } from '../repairs/pin-releases.ts';
import { complaint } from '../report/complaint.ts';
import type { Terminal } from './command.ts';
import { openSession } from './open-session.ts';

/** Questions under way at once; each registry gets fewer (`registry-session.ts`). */
const atOnce = 6;

const timeoutSeconds = 15;

/** What one run downloads to count checksums, and of each file. */
const maximumDownloads = 50;
const downloadLimits = { timeoutSeconds: 120, maximumBytes: 256_000_000 };

/** What was asked so far; what is added is seen by a project that was given it. */
export interface Answers {
  readonly digests: Map<string, string>;
  readonly versionTags: Map<string, string>;
  readonly releases: Map<string, readonly PackageRelease[]>;
  readonly checksums: Map<string, Served>;
}

/**
 * Asks registries for the digests of the images that a project names by a tag, for the version that `latest` or a variant of it is, for the releases of the packages
 * that it installs without a version, and servers for what ADD downloads from them. What none of them told is named on standard error.
 */
export async function askOnline(project: Project, answers: Answers, terminal: Terminal): Promise<void> {
  const { stderr } = terminal;
  const session = openSession(terminal, { timeoutSeconds });
  const { digests, versionTags, releases, checksums } = answers;
  const complain = (name: string, reason: string) => stderr.write(complaint(name, reason));
  await fewAtOnce(
    taggedImages(project).filter(({ text }) => !digests.has(text)),
    atOnce,
    async (reference) => {
      const answer = await session.digest(reference);
      if (answer.kind === 'unknown') complain(reference.text, `no digest: ${answer.reason}`);
      else await keepDigest(reference, answer.digest, { digests, versionTags }, session);
    },
  );
  session.end();
  await fewAtOnce(
    releaseQuestions(project).filter((question) => !releases.has(questionKey(question))),
    atOnce,
    async (question) => {
      const answer = await askReleases(question, { fetch, timeoutSeconds });
      if (answer.kind === 'releases') releases.set(questionKey(question), answer.releases);
      else complain(question.name, `no version: ${answer.reason}`);
    },
  );
  const addresses = downloadAddresses(project).filter((url) => !checksums.has(url));
  for (const url of addresses.slice(maximumDownloads)) complain(url, 'no checksum: too many of them');
  await fewAtOnce(addresses.slice(0, maximumDownloads), atOnce, async (url) => {
    const answer = await askChecksum(url, { fetch, ...downloadLimits });
    if (answer.kind === 'served') checksums.set(url, answer.served);
    else complain(url, `no checksum: ${answer.reason}`);
  });
}

async function keepDigest(
  reference: ImageReference,
  digest: string,
  { digests, versionTags }: Pick<Answers, 'digests' | 'versionTags'>,
  session: RegistrySession,
): Promise<void> {
  const { text, tag = 'latest' } = reference;
  digests.set(text, digest);
  if (tag !== 'latest' && !namesVariantOnly(reference)) return;
  const version = await versionTagOf(reference, digest, session);
  const named = version === undefined ? undefined : parseImageReference(`${nameAsWritten(reference)}:${version}`);
  if (version === undefined || named === undefined) return;
  versionTags.set(text, version);
  // Written with its version the image can get its digest, too.
  digests.set(named.text, digest);
}
