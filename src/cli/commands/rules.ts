import { readFileSync } from 'node:fs';
import { areas, isArea } from '../../core/area.ts';
import { exitCodes, UserError } from '../../core/errors.ts';
import { jsonText } from '../../core/json-text.ts';
import { rules } from '../../rules/generated.ts';
import type { Command } from '../command.ts';
import { packageFile } from '../package-file.ts';

export const command: Command = {
  name: 'rules',
  summary: 'List the rules: what each finds, how severe it is, whether it is on by default and can be repaired',
  arguments: '[TEXT]',
  description:
    'Lists every rule, or those whose id, summary or peer ids hold TEXT: «plimsoll rules DL3007» says which rule stands for\nhadolint DL3007. The column behind «on» says whether «plimsoll fix» has a repair: safe, review (with a\nquestion), both, online (with --online) or none.',
  flags: [
    { name: 'area', value: 'AREA', repeatable: true, choices: areas, description: 'Only rules of this area' },
    { name: 'json', description: 'With every field, for programs: schemas/rules.schema.json' },
  ],
  examples: [
    { call: 'plimsoll rules --area cache', meaning: 'The rules about the build cache' },
    { call: 'plimsoll rules DL3007', meaning: "The rule that stands for another tool's check" },
  ],
  async run(parsed, terminal) {
    const text = parsed.positionals.join(' ').toLowerCase();
    const wanted = parsed.values('area').filter(isArea);
    const listed = rules.filter(
      (rule) =>
        (wanted.length === 0 || wanted.includes(rule.area)) &&
        [rule.id, rule.definition.summary, ...rule.definition.peers].some((field) =>
          field.toLowerCase().includes(text),
        ),
    );
    if (listed.length === 0)
      throw new UserError(`no rule has «${text}» in its id, summary or peers`, {
        remedy: '«plimsoll rules» lists all.',
      });
    const fixes: Readonly<Record<string, readonly string[]>> = JSON.parse(
      readFileSync(packageFile('docs/rules/fixes.json'), 'utf8'),
    );
    if (parsed.has('json')) {
      const fields = listed.map(({ id, area, definition }) => ({
        id,
        area,
        severity: definition.severity,
        preset: definition.preset ?? 'recommended',
        looksAt: definition.looksAt,
        summary: definition.summary,
        why: definition.why,
        remedy: definition.remedy,
        peers: definition.peers,
        options: definition.options ?? {},
        fixes: fixes[id] ?? [],
        offBecause: definition.offBecause ?? null,
      }));
      terminal.stdout.write(jsonText({ format: 'plimsoll-rules', version: 1, rules: fields }));
      return exitCodes.clean;
    }
    const width = Math.max(...listed.map((rule) => rule.id.length));
    for (const { id, definition } of listed) {
      const preset = definition.preset === 'all' ? 'off' : 'on';
      const repairs = (fixes[id] ?? []).join(',') || '-';
      terminal.stdout.write(
        `${id.padEnd(width)}  ${definition.severity.padEnd(7)}  ${preset.padEnd(3)}  ${repairs.padEnd(11)}  ${definition.summary}\n`,
      );
    }
    return exitCodes.clean;
  },
};
