import { readFileSync } from 'node:fs';
import { exitCodes, UserError } from '../../core/errors.ts';
import { nearest } from '../../core/nearest.ts';
import { rules } from '../../rules/generated.ts';
import type { Command } from '../command.ts';
import { packageFile } from '../package-file.ts';

export const command: Command = {
  name: 'explain',
  summary: 'Print the page of a rule: why it matters, when to ignore it, bad and good cases',
  arguments: 'RULE|PEER|score',
  description:
    "Prints the page of a rule, named by its id or by another tool's check that it stands for (DL3007, hadolint:DL3007).\n«plimsoll explain score» prints how the score is computed.",
  flags: [],
  examples: [
    { call: 'plimsoll explain cache/copy-manifests-first', meaning: 'The page of one rule' },
    { call: 'plimsoll explain DL3009', meaning: 'The rules that stand for a hadolint check' },
  ],
  async run(parsed, terminal) {
    const [asked, ...more] = parsed.positionals;
    if (asked === undefined || more.length > 0)
      throw new UserError('explain takes one rule', { remedy: '«plimsoll rules» lists all.' });
    if (asked === 'score') {
      terminal.stdout.write(readFileSync(packageFile('docs/score.md'), 'utf8'));
      return exitCodes.clean;
    }
    const found = rulesNamed(asked);
    if (found.length === 0) throw unknownRule(asked);
    terminal.stdout.write(found.map((id) => readFileSync(packageFile(`docs/rules/${id}.md`), 'utf8')).join('\n'));
    return exitCodes.clean;
  },
};

/** The rule with that id, or with that name in any area, or those that carry that peer id, with or without the tool. */
function rulesNamed(asked: string): string[] {
  const lower = asked.toLowerCase();
  const exact = rules.filter(({ id }) => id === lower || id.endsWith(`/${lower}`));
  if (exact.length > 0) return exact.map(({ id }) => id);
  return rules
    .filter(({ definition }) =>
      definition.peers.some((peer) => peer.toLowerCase() === lower || peer.toLowerCase().endsWith(`:${lower}`)),
    )
    .map(({ id }) => id);
}

function unknownRule(asked: string): UserError {
  const suggestion = nearest(
    asked,
    rules.flatMap(({ id }) => [id, id.slice(id.indexOf('/') + 1)]),
  );
  return new UserError(`there is no rule «${asked}»${suggestion ? `; is «${suggestion}» meant?` : ''}`, {
    remedy: '«plimsoll rules» lists all.',
  });
}
