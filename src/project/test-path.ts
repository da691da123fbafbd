const testDirectory = /(?:^|\/)(?:tests?|testing|testdata|e2e|fixtures|__tests__|examples?|samples?|demos?|mocks?)\//;

/** Whether a path is one of tests, examples or samples: what is a secret there most often opens nothing. */
export function isForTests(path: string): boolean {
  return testDirectory.test(path.toLowerCase());
}

/** False where one of two paths is below a directory of tests or samples and the other is not: what lies there is for nothing that runs outside. */
export function shareTests(one: string, other: string): boolean {
  return testsAround(one) === testsAround(other);
}

function testsAround(path: string): string {
  const match = testDirectory.exec(path.toLowerCase());
  return match ? path.slice(0, match.index + match[0].length) : '';
}
