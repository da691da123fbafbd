#!/usr/bin/env node
import { exit } from './exit.ts';

declare const PLIMSOLL_VERSION: string;

const [first] = process.argv.slice(2);
// The version is answered before anything else is loaded: scripts ask for it often.
if (first === '--version' || first === '-V') process.stdout.write(`${PLIMSOLL_VERSION}\n`);
else exit(import('./run.ts').then(({ run }) => run(process.argv.slice(2), PLIMSOLL_VERSION)));
