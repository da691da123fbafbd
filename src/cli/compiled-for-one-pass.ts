import { setFlagsFromString } from 'node:v8';

const version = process.versions.v8.split('.', 2).join('.');

/**
 * V8's own, by its version: there is no way to ask for it, and V8 refuses code that was cached with other flags. Of a version
 * that is not here the budget stays as it is.
 */
const budgets: Readonly<Record<string, number>> = { '11.3': 66 * 1024 };

/**
 * Does work that goes once through thousands of functions, of which few are hot: a function has to run eight times as long as usual
 * before it is worth V8's optimizing compiler. The flag holds for the whole process. No module of Node.js should be loaded in `work`
 * for the first time: its cached code would be refused too.
 */
export function compiledForOnePass<T>(work: () => T): T {
  const budget = budgets[version];
  if (budget === undefined) return work();
  setFlagsFromString(`--interrupt-budget=${8 * budget}`);
  try {
    return work();
  } finally {
    setFlagsFromString(`--interrupt-budget=${budget}`);
  }
}

/** Those of Node.js 20, 22, 24 and 26, which know both flags and have one and the same default for them: others would say aloud that they know none. */
const versionsWithPatternFlags = new Set(['11.3', '12.4', '13.6', '14.6']);

/**
 * Has V8 compile patterns for the few runs that most of an audit's hundreds get: to optimize their bytecode takes as long as all else about them, and
 * machine code is made of those that run more than twenty times instead of twice. Holds for the whole process until what is returned is called, and for what is
 * compiled meanwhile: a thread that is started then has its cached code refused.
 *
 * No other flag of patterns may be changed while V8 runs. These two decide what is made when a pattern is compiled; with `--no-regexp-tier-up` set and reset,
 * patterns that were compiled under the one kind ran under the other, and the process crashed.
 */
export function patternsForOnePass(): () => void {
  if (!versionsWithPatternFlags.has(version)) return () => {};
  setFlagsFromString('--no-regexp-peephole-optimization');
  setFlagsFromString('--regexp-tier-up-ticks=20');
  return () => {
    setFlagsFromString('--regexp-peephole-optimization');
    setFlagsFromString('--regexp-tier-up-ticks=1');
  };
}
