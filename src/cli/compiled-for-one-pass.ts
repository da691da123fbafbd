import { setFlagsFromString } from 'node:v8';

/**
 * V8's own, by its version: there is no way to ask for it, and V8 refuses code that was cached with other flags. Of a version
 * that is not here the budget stays as it is.
 */
const budgets: Readonly<Record<string, number>> = { '11.3': 66 * 1024 };

/**
 * Does work that goes once through thousands of functions and hundreds of patterns, of which few are hot, with less time spent in
 * compiling them:
 * - A pattern becomes machine code when it is first used. V8 would make bytecode of it first, and machine code when it is used
 *   again, which most of them are.
 * - A function has to run eight times as long as usual before it is worth V8's optimizing compiler.
 *
 * The flags hold for the whole process. No module of Node.js should be loaded in `work` for the first time: its cached code
 * would be refused too.
 */
export function compiledForOnePass<T>(work: () => T): T {
  const budget = budgets[process.versions.v8.split('.', 2).join('.')];
  setFlagsFromString('--no-regexp-tier-up');
  if (budget !== undefined) setFlagsFromString(`--interrupt-budget=${8 * budget}`);
  try {
    return work();
  } finally {
    if (budget !== undefined) setFlagsFromString(`--interrupt-budget=${budget}`);
    setFlagsFromString('--regexp-tier-up');
  }
}
