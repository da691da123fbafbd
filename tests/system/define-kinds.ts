import { eventually } from './eventually.ts';

/** Gives an API server the definitions of kinds, files or directories of them, and waits until it serves these. */
export async function defineKinds(
  kubectl: (args: readonly string[]) => string,
  definitions: readonly string[],
): Promise<void> {
  const files = definitions.flatMap((each) => ['--filename', each]);
  kubectl(['apply', '--server-side', ...files]);
  // It fails on a definition that has no status yet.
  await eventually(60, async () => {
    kubectl(['wait', '--for=condition=Established', '--timeout=60s', ...files]);
  });
}
