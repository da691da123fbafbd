import { describe, expect, it } from 'vitest';
import { admits } from '../../src/ecosystems/version-range.ts';

describe('what a package asks of the release of its language', () => {
  it.each([
    ['>=3.8', '3.6', false],
    ['>=3.8', '3.8', true],
    ['>=3.6.2', '3.6', true],
    ['>=2.7,!=3.0.*,!=3.1.*,<4', '3.1', false],
    ['>=2.7,!=3.0.*,!=3.1.*,<4', '2.7', true],
    ['<3.4', '3.4', false],
    ['<=3.6', '3.6', true],
    ['~=3.6', '3.9', true],
    ['~=3.6', '2.7', false],
    ['>= 0.8', '18', true],
    ['^14.17.0 || ^16.13.0 || >=18.0.0', '15', false],
    ['^14.17.0 || ^16.13.0 || >=18.0.0', '14', true],
    ['^14.17.0 || ^16.13.0 || >=18.0.0', '20.1', true],
    ['10.x', '12', false],
    ['10 - 12', '12', true],
    ['>10', '10', false],
    ['~> 2.3', '2.7', true],
    ['>= 2.3, < 4', '4', false],
    ['*', '1', true],
    ['', '1', true],
  ])('%s and %s', (range, release, expected) => {
    expect(admits(range, release)).toBe(expected);
  });
});
