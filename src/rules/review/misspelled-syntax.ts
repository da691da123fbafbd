import { nearest } from '../../core/nearest.ts';
import { replace } from '../../dockerfile/edit.ts';
import { dockerfileRule } from '../../project/rule.ts';

const known = ['docker/dockerfile', 'docker/dockerfile-upstream', 'docker.io/docker/dockerfile'];

export const rule = dockerfileRule({
  severity: 'error',
  summary: 'The syntax line names a front end that does not exist',
  why: 'BuildKit pulls the image that the line names before it reads the file, so the build fails, or runs a program of whoever takes the name.',
  remedy: 'Write # syntax=docker/dockerfile:1.',
  peers: ['tally:syntax-directive-typo'],
  check({ dockerfile }, { report }) {
    for (const { name, value, valueRange } of dockerfile.syntax.directives) {
      if (name !== 'syntax') continue;
      const image = /^[^:@\s]*/.exec(value)?.[0] ?? '';
      if (known.includes(image)) continue;
      const meant = nearest(image, known);
      if (meant === undefined || image.split('/').length !== meant.split('/').length) continue;
      report({
        at: valueRange,
        message: `The syntax line names ${image}; ${meant} is meant.`,
        fix: {
          title: `Name ${meant}`,
          changes: {
            edits: [replace(dockerfile, { start: valueRange.start, end: valueRange.start + image.length }, meant)],
          },
          assumptions: [
            {
              statement: `${image} is no front end of its own.`,
              state: 'unknown',
              question: `Is ${image} a misspelling of ${meant}?`,
            },
          ],
        },
      });
    }
  },
});
