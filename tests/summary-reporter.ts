import type { Reporter, TestCase, TestModule } from 'vitest/node';

/**
 * Names and counts what was skipped, fails the run for it under CI=true, and ends with one plain line:
 * `N passed, N failed, N skipped`.
 */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const skipped = tests.filter((test) => test.result().state === 'skipped');
    const broken = modules.filter((module) => module.errors().length > 0).length;
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    for (const test of skipped) process.stdout.write(`skipped: ${test.fullName} (${reasonFor(test)})\n`);
    if (skipped.length > 0 && process.env.CI === 'true') {
      process.stdout.write('A skipped test is a failure under CI=true: what it needs is missing.\n');
      process.exitCode = 1;
    }
    process.stdout.write(`${count('passed')} passed, ${count('failed') + broken} failed, ${skipped.length} skipped\n`);
  }
}

function reasonFor(test: TestCase): string {
  const result = test.result();
  return result.state === 'skipped' && result.note ? result.note : 'no reason given';
}
