#!/usr/bin/env node
import { exit } from './exit.ts';
import { loadBundle } from './load-bundle.ts';

declare const PLIMSOLL_VERSION: string;

const [first] = process.argv.slice(2);
// The version is answered before anything else is loaded: scripts ask for it often.
if (first === '--version' || first === '-V') process.stdout.write(`${PLIMSOLL_VERSION}\n`);
else {
  const { bundle, keepCode } = loadBundle(__dirname);
  exit(bundle.run(process.argv.slice(2), PLIMSOLL_VERSION), keepCode);
}
