const testDirectory = /(?:^|\/)(?:tests?|testing|testdata|e2e|fixtures|__tests__|examples?|samples?|demos?|mocks?)\//;

/** Whether a path is one of tests, examples or samples: what is a secret there most often opens nothing. */
export function isForTests(path: string): boolean {
  return testDirectory.test(path.toLowerCase());
}

const machineDirectory = /(?:^|\/)(?:local(?:host|dev)?|hack|minikube|kind|k3d)\//;
/** `payments-test` and `eu.test` are environments as often as tests; `src/it` is one of Maven's directories, and a country's. */
const developmentDirectory = /(?:^|\/)(?:dev|develop|development|[\w.-]{1,60}[-_.]test|src\/(?:it|integration))\//;

/**
 * How grave a secret of such a file is, by where it lies; undefined: as grave as the rule has it. Among tests, examples and what developers run on
 * their own machines it opens nothing; an environment for development may be one that others reach.
 */
export function severityOfSecretIn(path: string): 'note' | 'warning' | undefined {
  const lower = path.toLowerCase();
  if (isForTests(path) || machineDirectory.test(lower)) return 'note';
  return developmentDirectory.test(lower) ? 'warning' : undefined;
}

/** False where one of two paths is below a directory of tests or samples and the other is not: what lies there is for nothing that runs outside. */
export function shareTests(one: string, other: string): boolean {
  return testsAround(one) === testsAround(other);
}

function testsAround(path: string): string {
  const match = testDirectory.exec(path.toLowerCase());
  return match ? path.slice(0, match.index + match[0].length) : '';
}
