/** Whether a path is one of tests, examples or samples: what is a secret there most often opens nothing. */
export function isForTests(path: string): boolean {
  return /(?:^|\/)(?:tests?|testing|testdata|e2e|fixtures|__tests__|examples?|samples?|demos?|mocks?)\//.test(
    path.toLowerCase(),
  );
}
