import type { Evidence, ProvedFix, SideDigests } from '../core/evidence.ts';
import { contextDigest } from './context-digest.ts';
import { concerns, othersOf, textDigests } from './digests.ts';
import type { Found, TriedOriginal } from './found.ts';
import type { MeasureParts } from './measure.ts';
import type { NamedFix } from './proof.ts';

/** What a proof saw, as it is written down. Values of build arguments and secrets are in none of it. */
export async function evidenceOf(
  { fixes, passed, repaired, tree, withdrawn }: Found,
  original: TriedOriginal,
  facts: Pick<Evidence, 'verdict' | 'statements' | 'seconds' | 'builds'>,
  { subject, tools, options }: MeasureParts,
): Promise<Evidence> {
  const { name, dockerfile, context, settings } = subject;
  const written = passed?.repaired.files ?? new Map<string, Uint8Array>();
  // Of other images nothing is proved, and a change of theirs does not make this evidence old.
  const own = [...written.keys()].filter((each) => concerns([each], subject, othersOf(options.project)));
  const { root } = options.project;
  const sent = subject.build.context;
  const read = new Map<string, string>();
  const side = async (files: ReadonlyMap<string, Uint8Array>, image: string | undefined): Promise<SideDigests> => ({
    files: textDigests(root, subject, own, files),
    // Who cancels does not wait for gigabytes to be read.
    context: sent && !options.signal.aborted ? await contextDigest(root, sent, files, options.signal, read) : undefined,
    image,
  });
  return {
    tool: { name: 'plimsoll', version: tools.version },
    created: new Date().toISOString(),
    subject: {
      name,
      dockerfile,
      context,
      target: settings.target,
      platform: settings.platform,
      arguments: [...settings.arguments.keys()].sort(),
      secrets: settings.secrets.map(({ id }) => id).sort(),
    },
    builder: { kind: tools.builder.kind, title: tools.builder.title },
    runner: tools.runner?.title,
    digests: {
      before: await side(new Map(), original.image),
      after: passed && (await side(written, passed.attempt.image.id)),
    },
    before: original.figures,
    after: repaired?.figures,
    tree,
    behaviour: passed?.attempt.behaviour ?? {
      verdict: 'unknown',
      compared: 0,
      differences: [],
      improvements: [],
      unproved: [],
      noise: [],
      why: 'no repair passed that could be compared',
    },
    fixes: passed ? relevantOf(fixes, passed.repaired.fixes) : [],
    withdrawn: withdrawn.map(({ key: _, ...each }) => each),
    ...facts,
  };
}

function relevantOf(own: readonly NamedFix[], made: readonly NamedFix[]): ProvedFix[] {
  const keys = new Set(own.map(({ key }) => key));
  return made
    .filter(({ key }) => keys.has(key))
    .map(({ rule, path, line, title, class: kind }) => ({ rule, path, line, title, class: kind }));
}
