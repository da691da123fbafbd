import { colorFlag } from '../color-flag.ts';
import type { Command } from '../command.ts';

export const command: Command = {
  name: 'db',
  summary: 'Fetch published advisories into a store on this machine, and say how old it is',
  arguments: 'update|status',
  description:
    "Known vulnerabilities are matched without a network, against one file that «update» fills from OSV's published exports, Alpine's secdb, Debian's\ntracker, EPSS and CISA's catalogue: from their publishers, from a mirror, or from a directory that was brought here. A later update fetches\nonly what has changed. What fails leaves the store as it was. Exit code 3 when a server fails, or when «status» finds no store.",
  flags: [
    {
      name: 'from',
      value: 'URL|DIR',
      group: 'Update',
      description: 'A mirror or a directory that is laid out as OSV’s exports are: Debian/all.zip, npm/all.zip …',
    },
    {
      name: 'ecosystem',
      value: 'NAME',
      repeatable: true,
      group: 'Update',
      description: 'Only this one: Debian, Alpine, npm, PyPI …; default those of the last update, at first all',
    },
    {
      name: 'timeout',
      value: 'SECONDS',
      group: 'Update',
      description: 'How long a server may be silent; default 60',
    },
    { name: 'verify', group: 'Status', description: 'Read the whole store and compare its checksum' },
    {
      name: 'max-age',
      value: 'DAYS',
      group: 'Status',
      description: 'Exit with 1 when the advisories are older',
    },
    {
      name: 'directory',
      value: 'DIR',
      group: 'Place',
      description: 'Where the store is; default PLIMSOLL_DB, else plimsoll/advisories in the user’s cache',
    },
    {
      name: 'json',
      group: 'Output',
      description: 'For programs: schemas/db-status.schema.json, schemas/db-update.schema.json',
    },
    { name: 'quiet', short: 'q', group: 'Output', description: 'Show no progress' },
    colorFlag,
  ],
  examples: [
    { call: 'plimsoll db update', meaning: 'Fetch what has changed' },
    { call: 'plimsoll db update --ecosystem Debian --ecosystem npm', meaning: 'Only what these images are made of' },
    { call: 'plimsoll db update --from /media/advisories', meaning: 'On a machine without a network' },
    { call: 'plimsoll db status --max-age 7', meaning: 'In a pipeline: 1 when the advisories are older than a week' },
  ],
  async run(parsed, terminal) {
    const { performDb } = await import('../perform-db.ts');
    return performDb(parsed, terminal);
  },
};
