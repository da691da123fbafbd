#!/usr/bin/env node
import { UserError } from '../core/errors.ts';
import { exit } from './exit.ts';
import { type BundleName, loadBundle } from './load-bundle.ts';
import { outputOf } from './output.ts';

declare const PLIMSOLL_VERSION: string;

const argv = process.argv.slice(2);
// Deprecations of what libraries use are for us to mend: newer versions of Node.js would tell of one on each run.
if (!process.traceDeprecation && !process.throwDeprecation) process.noDeprecation = true;
const [first] = argv;
// The version is answered before anything else is loaded: scripts ask for it often.
if (first === '--version' || first === '-V') answer(`${PLIMSOLL_VERSION}\n`);
else {
  const { bundle, keepCode } = loadBundle(__dirname, bundleOf(argv));
  exit(bundle.run(argv, PLIMSOLL_VERSION), keepCode);
}

function answer(text: string): void {
  try {
    outputOf(1, () => process.stdout).write(text);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`plimsoll: ${error.message}\n`);
    process.exitCode = error.exitCode;
  }
}

/** Which bundle has what these arguments call. scripts/bundles.mjs says what is in each. */
function bundleOf([command, ...rest]: readonly string[]): BundleName {
  if (command === 'history' || command === 'trend') return 'history';
  const more = rest.some((argument) => /^--(?:cluster|image|order)/.test(argument));
  return command === 'audit' && !more ? 'audit' : 'plimsoll';
}
