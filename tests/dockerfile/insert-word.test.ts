import { expect, test } from 'vitest';
import { applyEdits } from '../../src/core/fix.ts';
import { insertWord, replaceWord } from '../../src/dockerfile/edit.ts';

test.each([
  ['RUN apt install curl', 'install', '-y', 'RUN apt install -y curl'],
  ['RUN ["apt", "install", "curl"]', '"install"', '-y', 'RUN ["apt", "install", "-y", "curl"]'],
  ['RUN ["apt","update"]', '"update"', '-q', 'RUN ["apt","update", "-q"]'],
  ['RUN apt "install" curl', '"install"', '-y', 'RUN apt "install" -y curl'],
  ['RUN ["sh", "-c", "apt install curl"]', 'install', '-y', 'RUN ["sh", "-c", "apt install -y curl"]'],
])('a word behind one of %s', (text, word, added, result) => {
  const start = text.indexOf(word);
  const edit = insertWord({ path: 'Dockerfile', text }, { start, end: start + word.length }, added);
  expect(applyEdits(text, [edit])).toBe(result);
});

test('a word in the place of an element keeps its quotes', () => {
  const text = 'RUN ["apt", "update"]';
  expect(applyEdits(text, [replaceWord({ path: 'Dockerfile', text }, { start: 5, end: 10 }, 'apt-get')])).toBe(
    'RUN ["apt-get", "update"]',
  );
});
