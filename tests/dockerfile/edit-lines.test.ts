import { expect, test } from 'vitest';
import { commentedStart } from '../../src/dockerfile/edit-lines.ts';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';

/** What goes along with the last RUN of a file, up to its keyword. */
function over(text: string): string {
  const dockerfile = parseDockerfile({ path: 'Dockerfile', text, encoding: 'utf-8' });
  const run = dockerfile.instructions.findLast(({ name }) => name === 'RUN');
  if (run === undefined) throw new Error('no RUN');
  return text.slice(commentedStart(dockerfile, run), run.range.start);
}

const from = 'FROM busybox\n';

test.each<[string, string, string]>([
  ['directly over it', `${from}# one\n# two\nRUN x\n`, '# one\n# two\n'],
  ['set off by one empty line', `${from}\n# one\n# two\n\nRUN x\n`, '# one\n# two\n\n'],
  ['set off in a file of Windows', `${from}\r\n# one\r\n\r\nRUN x\r\n\r\n# two\r\n\r\nCMD y\r\n`, '# one\r\n\r\n'],
  ['set off by two', `${from}\n# one\n\n\nRUN x\n`, ''],
  ['behind another instruction, of which it may speak', `${from}# one\n\nRUN x\n`, ''],
  ['over two instructions', `${from}\n# one\n\nRUN x\nCMD y\n`, ''],
  ['over several that stand alone', `${from}\n# one\n\nRUN x\n\n\nEXPOSE 80\n`, ''],
  ['over comments of its own', `${from}\n# one\n\n# two\nRUN x\n`, '# two\n'],
  ['at the head of the file', '\n# one\n\nRUN x\n', ''],
  ['a heading that is drawn', `${from}\n# --- one ---\n\nRUN x\n`, ''],
  ['a line of stars', `${from}\n# one\n#####\n\nRUN x\n`, ''],
  ['an instruction out of use', `${from}\n# RUN y\n\nRUN x\n`, ''],
  ['a word to a tool', `${from}\n# hadolint ignore=DL3008\n\nRUN x\n`, ''],
])('comments of an instruction: %s', (_, text, expected) => {
  expect(over(text)).toBe(expected);
});
