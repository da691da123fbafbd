import { replace } from '../../dockerfile/edit.ts';
import { findBuildCheckHits, peersOf, placeOf, variableForms } from '../../dockerfile/reference/build-checks.ts';
import { dockerfileRule } from '../../project/rule.ts';

const peers = ['buildkit:UndefinedArgInFrom'] as const;

export const rule = dockerfileRule({
  severity: 'error',
  summary: 'FROM uses a variable that no ARG before the first FROM declares',
  why: 'The variable is empty whatever --build-arg says, so that the image has another name than meant.',
  remedy: 'Declare it with ARG before the first FROM.',
  peers,
  check({ dockerfile }, { report }) {
    for (const hit of findBuildCheckHits(dockerfile, 'UndefinedArgInFrom')) {
      const hint = hit.meant === undefined ? '' : ` Perhaps $${hit.meant} is meant.`;
      const place = placeOf(hit, dockerfile, ...variableForms(hit.subject));
      const { at } = place.also[0]?.range === undefined ? place : { at: place.also[0].range };
      const written = dockerfile.text.slice(at.start, at.end);
      const canRename = hit.meant !== undefined && written.endsWith(hit.subject);
      report({
        ...place,
        ...(canRename && {
          fix: {
            title: `Write $${hit.meant}`,
            changes: {
              edits: [replace(dockerfile, at, `${written.slice(0, written.length - hit.subject.length)}${hit.meant}`)],
            },
            assumptions: [
              {
                statement: `${hit.subject} is a slip of the pen.`,
                state: 'unknown' as const,
                question: `Is $${hit.meant} meant, or has ARG ${hit.subject} been forgotten?`,
              },
            ],
          },
        }),
        message: `No ARG before the first FROM declares $${hit.subject}.${hint}`,
        peers: peersOf(hit, peers),
      });
    }
  },
});
