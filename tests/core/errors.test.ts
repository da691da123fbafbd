import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { UserError } from '../../src/core/errors.ts';
import { ClusterError } from '../../src/kubernetes/cluster-error.ts';

test('an error of a file beside a bundle, which has the class for itself, is a user’s error', async () => {
  const { outputFiles } = await build({
    entryPoints: ['src/core/errors.ts'],
    bundle: true,
    format: 'esm',
    write: false,
  });
  const other: typeof import('../../src/core/errors.ts') = await import(
    `data:text/javascript,${encodeURIComponent(outputFiles[0]?.text ?? '')}`
  );
  expect(other.UserError).not.toBe(UserError);
  expect(new other.UserError('x') instanceof UserError).toBe(true);
});

test.each([
  ['a user’s error', new UserError('x'), true, false],
  ['a cluster’s', new ClusterError('x', { fault: 'unreachable', server: 'a' }), true, true],
  ['a fault of the program', new TypeError('x'), false, false],
  ['a text', 'UserError', false, false],
])('%s', (_, error, isUsers, isClusters) => {
  expect([error instanceof UserError, error instanceof ClusterError]).toEqual([isUsers, isClusters]);
});
