import { expect, test } from 'vitest';
import { type Ending, explainFailure } from '../../../src/prove/builders/explain-failure.ts';
import type { ProgressResult } from '../../../src/prove/builders/progress.ts';

const step = (instruction: string) => ({
  name: instruction,
  instruction,
  stage: undefined,
  cached: false,
  seconds: undefined,
});

function explained(progress: Partial<ProgressResult>, ending: Partial<Ending> = {}): [string, string] {
  const { why, message } = explainFailure({
    builder: 'Docker Engine 20.10.24 (BuildKit)',
    end: { how: 'exit', code: 1, why: undefined, seconds: 1 },
    progress: {
      steps: [],
      contextBytes: undefined,
      last: undefined,
      failed: undefined,
      tail: [],
      error: '',
      ...progress,
    },
    answers: true,
    timeoutSeconds: 600,
    logFile: '/log',
    hide: (text) => text.replaceAll('hunter2', '•••'),
    ...ending,
  });
  return [why, message];
}

function ran(instruction: string, error: string, ...tail: string[]): Partial<ProgressResult> {
  return { failed: step(instruction), last: step(instruction), error, tail };
}

const ended = (how: Ending['end']['how'], why?: string) => ({ end: { how, code: undefined, why, seconds: 1 } });

// The sentences of the builders, as they print them.
test.each<[string, [Partial<ProgressResult>, Partial<Ending>?], string, RegExp]>([
  [
    'a network for a step cannot be made: no fault of the step',
    [
      ran(
        'RUN npm ci',
        'error building at STEP "RUN npm ci": plugin type="bridge" failed (add): cni plugin bridge failed: failed to locate iptables: exec: "iptables": executable file not found in $PATH',
      ),
    ],
    'system',
    /^Docker Engine .* cannot make a network for a step, at «RUN npm ci»: plugin type="bridge" failed.*--network host does without\.$/,
  ],
  [
    'a step that says the same and ends by itself is the step’s own failure',
    [ran('RUN ./setup', 'exit code: 2', 'plugin type="bridge" failed')],
    'failed',
    /^«RUN \.\/setup» failed with exit code 2/,
  ],
  [
    'a source is not there',
    [
      ran(
        'COPY dist/api api',
        'failed to solve: failed to compute cache key: failed to walk /var/lib/docker/tmp/buildkit-mount1567/dist: lstat /var/lib/docker/tmp/buildkit-mount1567/dist: no such file or directory',
      ),
    ],
    'failed',
    /^«COPY dist\/api api» failed: there is no dist\.$/,
  ],
  [
    'a source is not there, as newer releases say it',
    [
      ran(
        'COPY dist/api api',
        'failed to solve: failed to compute cache key: failed to calculate checksum of ref 7xk2::q1: "/dist/api": not found',
      ),
    ],
    'failed',
    /^«COPY dist\/api api» failed: there is no dist\/api\.$/,
  ],
  [
    'the parser refuses the file',
    [
      {
        error:
          'failed to solve with frontend dockerfile.v0: failed to create LLB definition: dockerfile parse error line 2: unknown instruction: RUNN',
      },
    ],
    'failed',
    /^The build failed: dockerfile parse error line 2: unknown instruction: RUNN\.$/,
  ],
  [
    'the same with the classic builder',
    [{ error: 'Error response from daemon: dockerfile parse error line 2: unknown instruction: RUNN' }],
    'failed',
    /^The build failed: dockerfile parse error/,
  ],
  [
    'Buildah does not know an instruction',
    [
      ran(
        'RUNN x',
        'Error: building at STEP "RUNN ": Build error: Unknown instruction: "RUNN" &imagebuilder.Step{Env:[]string{"PATH=/bin"}}',
      ),
    ],
    'failed',
    /^«RUNN x» failed: Build error: Unknown instruction: "RUNN"\.$/,
  ],
  [
    'a file is not in the context',
    [ran('COPY nosuch /', 'error: failed to solve: failed to compute cache key: "/nosuch": not found')],
    'failed',
    /^«COPY nosuch \/» failed: .*"\/nosuch": not found\.$/,
  ],
  [
    'the registry is not reached',
    [
      {
        last: { ...step(''), name: '[internal] load metadata for 127.0.0.1:9/x', instruction: undefined },
        error:
          'failed to solve: failed to do request: Head "http://127.0.0.1:9/v2/": dial tcp 127.0.0.1:9: connect: connection refused',
      },
    ],
    'unreachable',
    /^What the build needs cannot be reached, at «\[internal\] load metadata.*connection refused\.$/,
  ],
  [
    'the same through buildx',
    [
      {
        error:
          'ERROR: failed to build: failed to solve: rpc error: code = Unknown desc = failed to solve with frontend dockerfile.v0: failed to create LLB definition: failed to do request: Head "http://127.0.0.1:9/v2/": dial tcp 127.0.0.1:9: connect: connection refused',
      },
    ],
    'unreachable',
    /^What the build needs cannot be reached: failed to do request: Head .*connection refused\.$/,
  ],
  [
    'a RUN does not reach a host: that is its own failure',
    [
      ran(
        'RUN npm ci',
        'process "/bin/sh -c npm ci" did not complete successfully: exit code: 1',
        'npm ERR! connect ECONNREFUSED 127.0.0.1:9',
      ),
    ],
    'failed',
    /^«RUN npm ci» failed with exit code 1: npm ERR! connect/,
  ],
  [
    'the disk is full for a RUN',
    [
      ran(
        'RUN make',
        'executor failed running [/bin/sh -c make]: exit code: 2',
        'cc: error: write: No space left on device',
        'make: *** [all] Error 1',
      ),
    ],
    'system',
    /^The disk of Docker Engine .* is full, at «RUN make»: cc: error/,
  ],
  [
    'the disk is full for the builder',
    [{ error: 'failed to solve: failed to copy: write /data/x: no space left on device' }],
    'system',
    /^The disk of Docker Engine .* is full: failed to copy/,
  ],
  [
    'the engine does not answer any more',
    [ran('RUN make', 'error during connect: Post "http://%2Fdocker.sock/build": EOF'), { answers: false }],
    'system',
    /^Docker Engine .* stopped answering during the build, at «RUN make»/,
  ],
  [
    'the engine answers again, but the build is gone with its connection',
    [{ error: 'rpc error: code = Unavailable desc = transport is closing' }],
    'system',
    /^Docker Engine .* broke off the build: transport is closing\.$/,
  ],
  [
    'the time is over',
    [{ last: step('RUN sleep 1000') }, ended('timeout')],
    'timeout',
    /^The build took longer than 600 s and was ended, at «RUN sleep 1000»\.$/,
  ],
  [
    'somebody interrupts it',
    [{ last: step('RUN make') }, ended('cancelled')],
    'cancelled',
    /^The build was interrupted, at «RUN make»\.$/,
  ],
  [
    'the client is gone',
    [{}, ended('missing', 'spawn docker ENOENT')],
    'system',
    /^Docker Engine .* could not be started: spawn docker ENOENT\.$/,
  ],
  [
    'the kernel kills a step',
    [ran('RUN make', 'process "/bin/sh -c make" did not complete successfully: exit code: 137', 'Killed')],
    'failed',
    /exit code 137 \(killed: is there too little memory\?\): Killed/,
  ],
  [
    'a value is in the sentence',
    [ran('RUN login hunter2', 'x: exit code: 1', 'no user hunter2')],
    'failed',
    /^«RUN login •••» failed with exit code 1: no user •••\.$/,
  ],
])('%s', (_, [progress, ending], why, message) => {
  const [foundWhy, found] = explained(progress, ending);
  expect(found).toMatch(message);
  expect(foundWhy).toBe(why);
});

test('control characters of what a step printed do not get to a terminal', () => {
  expect(explained(ran('RUN x', 'x: exit code: 1', 'a\u001b[31m\u0007b'))[1]).not.toMatch(/[\u0000-\u001f]/);
});
