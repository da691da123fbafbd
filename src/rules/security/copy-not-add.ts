import type { Assumption, Fix } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { replace } from '../../dockerfile/edit.ts';
import type { CopyInstruction } from '../../dockerfile/instruction.ts';
import { buildsOf, type Project } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';

const peers = ['hadolint:DL3020', 'trivy:DS005', 'checkov:CKV_DOCKER_4', 'kics:add-instead-of-copy'] as const;

/** Names of files that ADD may unpack or that a peer takes for archives. ADD does not unpack zip and its like. */
const archive = /\.(?:tar|tgz|tbz2?|txz|tzst|taz|tlz|tz2|gz|bz2|xz|lzma?|zst|z)$|\.tar\b/i;
const address = /^(?:https?|git|ssh):\/\/|^[\w.-]+@[\w.-]+:/i;

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'ADD where COPY is meant',
  why: 'ADD also fetches addresses and unpacks archives by what is in them, so a file that becomes an archive one day is copied as something else.',
  remedy: 'Use COPY for files and directories of the build context.',
  peers,
  check({ dockerfile, project }, { report }) {
    for (const { instruction } of dockerfile.instructionsNamed('ADD')) {
      const { sources } = instruction;
      if (sources.length === 0 || !sources.every(({ value }) => isLocal(value))) continue;
      if (instruction.checksum !== undefined || instruction.keepGitDir) continue;
      // --unpack and flags to come mean that ADD is meant.
      if (instruction.flags.some(({ name }) => !sharedFlags.has(name))) continue;
      report({
        at: instruction.range,
        message: 'ADD copies files of the build context here, which is what COPY is for.',
        peers,
        fix: copyInstead(dockerfile, project, instruction),
      });
    }
  },
});

const sharedFlags: ReadonlySet<string> = new Set(['chown', 'chmod', 'link', 'exclude']);

function isLocal(source: string): boolean {
  return !archive.test(source) && !address.test(source) && (!source.includes('$') || isLocalWithVariables(source));
}

/** A variable at the beginning may hold an address, one at the end the name of an archive. */
function isLocalWithVariables(source: string): boolean {
  return /^[^$]+\//.test(source) && /\.[a-z]\w*$/i.test(source);
}

function copyInstead(dockerfile: Dockerfile, project: Project, instruction: CopyInstruction): Fix {
  const { keyword, sources } = instruction;
  const isKnown =
    sources.every(({ value }) => cannotBeArchive(project, dockerfile, value)) &&
    !takesCompressed(project, dockerfile, instruction);
  const assumption: Assumption = isKnown
    ? { statement: 'No source is an archive.', state: 'holds' }
    : {
        statement: 'No source is an archive.',
        state: 'unknown',
        question: 'Is one of the files an archive that ADD unpacks?',
      };
  return {
    title: 'Use COPY',
    changes: { edits: [replace(dockerfile, keyword.range, keyword.value === 'add' ? 'copy' : 'COPY')] },
    assumptions: [assumption],
  };
}

/** A directory, or a file whose name says what it is. ADD goes by the content, so a name that says nothing proves nothing. */
function cannotBeArchive(project: Project, dockerfile: Dockerfile, source: string): boolean {
  const path = source.replace(/^\.?\/+/, '').replace(/\/+$/, '');
  if (path === '' || path === '.' || source.endsWith('/')) return true;
  if (
    /\.(?:[cm]?[jt]sx?|json|ya?ml|toml|xml|html?|css|md|txt|sh|bash|py|rb|php|go|rs|java|conf|cnf|cfg|ini|properties|env|lock|sql|lua|pl|jar|war|pem|crt|key|service|repo|list|dll|so|exe|zip|rar|7z|rpm|deb|whl)$/i.test(
      path,
    )
  )
    return true;
  if (/[*?[]/.test(path)) return false;
  const contexts = buildsOf(project, dockerfile).flatMap(({ context }) => context ?? []);
  return (
    contexts.length > 0 &&
    contexts.every(({ listing }) => listing.entries.some((entry) => entry.path === path && entry.kind === 'directory'))
  );
}

/** What ADD unpacks begins with one of these: gzip, bzip2, xz, zstd. */
const signatures = ['\x1f\x8b', 'BZh', '\xfd7zXZ\0', '\x28\xb5\x2f\xfd'];

/** A tar says so at its 257th byte. */
function isCompressed(start: string): boolean {
  return signatures.some((each) => start.startsWith(each)) || start.startsWith('ustar', 257);
}

/** More files than that are data, which nobody ADDs to have one of them unpacked. */
const mostFiles = 100;

/** Whether a file that is taken itself, and not below a directory, is compressed or a tar whatever its name says. */
function takesCompressed(project: Project, dockerfile: Dockerfile, { range, sources }: CopyInstruction): boolean {
  const depths = new Set(sources.map(({ value }) => depthOf(value.replace(/^\.?\/+/, ''))));
  return buildsOf(project, dockerfile).some(({ context }) => {
    const use = context?.uses.find((each) => each.path === dockerfile.path && each.range.start === range.start);
    if (context === undefined || use === undefined) return false;
    const copied = context.copiedBy(use);
    return context.listing.entries
      .filter(({ kind, path }, at) => copied[at] === 1 && kind === 'file' && depths.has(depthOf(path)))
      .slice(0, mostFiles)
      .some(({ path }) => isCompressed(context.readStart(path)));
  });
}

function depthOf(path: string): number {
  return path.split('/').length;
}
