import type { BuildRequest } from '../../src/prove/build.ts';
import { findBuilder, parseBuilderChoice } from '../../src/prove/builders/find-builder.ts';
import { proofTag } from '../../src/prove/owner.ts';

// A run that the test of faults kills: `node BUNDLE KIND CONTEXT`.

const [, , kind = '', context = ''] = process.argv;
const { signal } = new AbortController();
const builder = await findBuilder(parseBuilderChoice(kind), process.env, signal);
const request: BuildRequest = {
  context,
  dockerfile: `${context}/Dockerfile`,
  target: undefined,
  platform: undefined,
  network: 'host',
  arguments: new Map(),
  contexts: new Map(),
  secrets: [],
  cache: 'none',
  tag: proofTag('killed'),
  logFile: `${context}/../killed.log`,
  timeoutSeconds: 600,
};
// The first is done when the second, which never ends, is begun.
await builder.build({ ...request, target: 'done' }, { signal });
await builder.build(request, { signal });
