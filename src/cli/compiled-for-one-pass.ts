import { setFlagsFromString } from 'node:v8';

/**
 * V8's own, by its version: there is no way to ask for it, and V8 refuses code that was cached with other flags. Of a version
 * that is not here the budget stays as it is.
 */
const budgets: Readonly<Record<string, number>> = { '11.3': 66 * 1024 };

/**
 * Does work that goes once through thousands of functions, of which few are hot: a function has to run eight times as long as usual
 * before it is worth V8's optimizing compiler. The flag holds for the whole process. No module of Node.js should be loaded in `work`
 * for the first time: its cached code would be refused too.
 *
 * Nothing but this number may be changed while V8 runs: with `--no-regexp-tier-up` set and reset, patterns that were compiled under
 * the one kind run under the other, and the process crashed.
 */
export function compiledForOnePass<T>(work: () => T): T {
  const budget = budgets[process.versions.v8.split('.', 2).join('.')];
  if (budget === undefined) return work();
  setFlagsFromString(`--interrupt-budget=${8 * budget}`);
  try {
    return work();
  } finally {
    setFlagsFromString(`--interrupt-budget=${budget}`);
  }
}
