import type { Fix, TextEdit } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { insertAfter } from '../../dockerfile/edit.ts';
import { commentedStart, inCaseOf, lineEndOf } from '../../dockerfile/edit-lines.ts';
import type { Instruction } from '../../dockerfile/instruction.ts';
import { nginxImage, servedSite, serverStep } from './served-site.ts';
import type { SplitSubject } from './split-plan.ts';

const root = '/usr/share/nginx/html';

/**
 * A site of files that a program of Node.js or Python serves: the files on nginx, which listens on the same port and runs without
 * rights. Undefined where the container starts something else.
 */
export function staticSite(subject: SplitSubject): Fix | { readonly refusal: string } | undefined {
  const { stage } = subject;
  const { from } = stage;
  if (from === undefined) return undefined;
  const site = servedSite(subject);
  if (site === undefined || 'refusal' in site) return site;
  const { server, start, served } = site;
  const shipped: ShippedSite = {
    step: serverStep(server, root, 'RUN', subject.dockerfile.syntax.escape),
    copy: [served, root],
    // The signal was that of the old server; the image of nginx has its own.
    starts: [start, ...stage.instructions.filter(({ name }) => name === 'STOPSIGNAL')],
    moved: [],
  };
  return {
    title: `Build in a stage of its own and ship ${served} on nginx without rights`,
    changes: { edits: shipSite(subject, from, shipped) },
    assumptions: [
      {
        statement: `Nothing but files is asked of ${server.name}, as nginx serves them.`,
        state: 'unknown',
        question: `Does anything rely on what ${server.name} does otherwise than nginx (${server.differs}), or on a root user, a shell with Node.js or Python, or the access log of ${server.name}? nginx runs as user 101 and still listens on port ${server.port}.`,
      },
    ],
  };
}

/** What the stage on nginx is made of. */
export interface ShippedSite {
  /** The step that writes the configuration; empty where one is copied. */
  readonly step: readonly string[];
  /** The directory of the build with the files, and where they come to lie. */
  readonly copy: readonly [from: string, to: string];
  /** Instructions that start and stop the old server. */
  readonly starts: readonly Instruction[];
  /** Instructions that go to the new stage, with the text that they have there where it is another one. */
  readonly moved: readonly (readonly [Instruction, string | undefined])[];
}

/** The edits that let a stage build only, and a new one on nginx ship the site. */
export function shipSite(
  { dockerfile, stage }: SplitSubject,
  from: Instruction,
  { step, copy, starts, moved: others }: ShippedSite,
): TextEdit[] {
  const { text, path } = dockerfile;
  const eol = lineEndOf(dockerfile);
  const moved = stage.instructions.filter(
    (each) => (each.name === 'EXPOSE' || each.name === 'LABEL' || each.name === 'STOPSIGNAL') && !starts.includes(each),
  );
  const dropped = stage.instructions.filter(
    (each) =>
      starts.includes(each) || each.name === 'CMD' || (each.name === 'USER' && isBehindSteps(stage.instructions, each)),
  );
  const cut = (instruction: Instruction): TextEdit => ({
    path,
    range: { start: commentedStart(dockerfile, instruction), end: instruction.syntax.range.end },
    replacement: '',
  });
  const textWithComments = (each: Instruction) => text.slice(commentedStart(dockerfile, each), each.range.end);
  const comments = dropped.map((each) =>
    text.slice(commentedStart(dockerfile, each), each.syntax.range.start).trimEnd(),
  );
  const lines = [...moved.map(textWithComments), ...comments.filter((comment) => comment !== '')];
  const keyword = inCaseOf(from, 'FROM');
  const written = [
    '',
    `${keyword} ${nginxImage()}`,
    ...step,
    ...others.map(([each, written]) => written ?? textWithComments(each)),
    `${inCaseOf(from, 'COPY')} --from=${nameOf(dockerfile)} ${copy.join(' ')}`,
    ...lines,
  ].map((line) => line.replaceAll(/\r?\n/g, eol));
  const edits = [...moved, ...dropped, ...others.map(([each]) => each)].map(cut);
  edits.push(insertAfter(dockerfile, from.range, ` ${inCaseOf(from, 'AS')} ${nameOf(dockerfile)}`));
  const endsLine = text.endsWith('\n');
  edits.push({
    path,
    range: { start: text.length, end: text.length },
    replacement: (endsLine ? '' : eol) + written.join(eol) + (endsLine ? eol : ''),
  });
  return edits;
}

/** No step of the build runs as this user. */
function isBehindSteps(instructions: readonly Instruction[], user: Instruction): boolean {
  return !instructions.some(({ name, range }) => name === 'RUN' && range.start > user.range.start);
}

function nameOf({ text, stages }: Dockerfile): string {
  return stages.some(({ name }) => name === 'build') || /--from=build\b/.test(text) ? 'site' : 'build';
}
