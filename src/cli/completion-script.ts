import { rules } from '../rules/generated.ts';
import type { Command, FlagDefinition } from './command.ts';
import { commandAs } from './command-form.ts';
import { commands } from './generated.ts';

/** The script that makes a shell complete commands, flags, their choices and rule ids. */
export async function completionScript(shell: 'bash' | 'zsh' | 'fish'): Promise<string> {
  const loaded = await Promise.all(commands.map(({ load }) => load()));
  switch (shell) {
    case 'bash':
      return bashScript(loaded);
    case 'zsh':
      return `#compdef plimsoll\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(loaded)}${zshFirstCall}`;
    case 'fish':
      return fishScript(loaded);
  }
}

/** zsh loads the file as the function that completes, when it is first called: what was asked then is answered behind all that it defines. */
const zshFirstCall = `if [ "\${funcstack[1]}" = _plimsoll ]; then _bash_complete -o default -F _plimsoll; fi\n`;

/** What can stand behind a flag; undefined for a switch, empty for a file. */
function valuesOf(flag: FlagDefinition): readonly string[] | undefined {
  if (flag.choices) return flag.choices;
  if (flag.value === 'RULE') return rules.map(({ id }) => id);
  return flag.value === undefined ? undefined : [];
}

function argumentsOf(command: Command): readonly string[] {
  const ids = command.name === 'explain' ? rules.map(({ id }) => id) : [];
  // What is written in small letters is typed as it is: «update|status», «[check POLICY | manifests]».
  return [...ids, ...(command.arguments.match(/(?<=^|[|[\s])[a-z]+(?=[|\]\s]|$)/g) ?? [])];
}

function wordsOf(command: Command): string {
  return [...command.flags.map((flag) => `--${flag.name}`), '--help', ...argumentsOf(command)].join(' ');
}

/** What a form takes in place of what the command takes. */
function bashForms(command: Command): string[] {
  if (!command.forms?.length) return [];
  return [
    '      case "${COMP_WORDS[at+1]}" in',
    ...command.forms.map(
      ({ name }) =>
        `        ${name}) [ "$COMP_CWORD" -gt $((at + 1)) ] && words="${wordsOf(commandAs(command, name))}" ;;`,
    ),
    '      esac',
  ];
}

/** `--flag=VALUE` is three words where COMP_WORDBREAKS has the sign, as it has by default, and only what stands behind it is completed; else it is one. */
const bashEquals: readonly string[] = [
  '  if [ "$current" = "=" ]; then current="" valued=1',
  '  elif [ "$previous" = "=" ]; then previous="${COMP_WORDS[COMP_CWORD-2]}" valued=1',
  '  else case "$current" in',
  '    --*=*) previous="${current%%=*}" stem="${current%%=*}=" current="${current#*=}" valued=1 ;;',
  '  esac; fi',
];

function bashScript(loaded: readonly Command[]): string {
  const cases = loaded.flatMap((command) => [
    `    ${command.name})`,
    '      case "$previous" in',
    ...command.flags.flatMap((flag) => bashFlagCase(flag)),
    '      esac',
    `      words="${wordsOf(command)}"`,
    ...bashForms(command),
    '      ;;',
  ]);
  return [
    '_plimsoll() {',
    '  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" words="" at=1 stem="" valued=""',
    '  COMPREPLY=()',
    '  while [ "$at" -lt "$COMP_CWORD" ] && [ "${COMP_WORDS[at]}" = --debug ]; do at=$((at + 1)); done',
    '  if [ "$COMP_CWORD" -eq "$at" ]; then',
    `    COMPREPLY=($(compgen -W "${[...loaded.map(({ name }) => name), '--help', '--version', '--debug'].join(' ')}" -- "$current"))`,
    '    return',
    '  fi',
    ...bashEquals,
    '  case "${COMP_WORDS[at]}" in',
    `    help) words="${loaded.map(({ name }) => name).join(' ')}" ;;`,
    ...cases,
    '  esac',
    '  [ -z "$valued" ] || return',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '}',
    'complete -o default -F _plimsoll plimsoll',
    '',
  ].join('\n');
}

function bashFlagCase(flag: FlagDefinition): string[] {
  const values = valuesOf(flag);
  if (values === undefined) return [];
  const names = [`--${flag.name}`, ...(flag.short ? [`-${flag.short}`] : [])].join('|');
  return [
    `        ${names}) ${values.length > 0 ? `COMPREPLY=($(compgen -P "$stem" -W "${values.join(' ')}" -- "$current"))` : 'COMPREPLY=()'}; return ;;`,
  ];
}

function fishScript(loaded: readonly Command[]): string {
  const quoted = (text: string) => `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;
  const lines = loaded.map(
    (command) => `complete -c plimsoll -n __fish_use_subcommand -f -a ${command.name} -d ${quoted(command.summary)}`,
  );
  lines.push(
    `complete -c plimsoll -n '__fish_seen_subcommand_from help' -f -a ${quoted(loaded.map(({ name }) => name).join(' '))}`,
  );
  for (const command of loaded) {
    const here = `complete -c plimsoll -n '__fish_seen_subcommand_from ${command.name}'`;
    for (const flag of command.flags) {
      const values = valuesOf(flag);
      const takes = values === undefined ? '' : values.length > 0 ? ` -x -a ${quoted(values.join(' '))}` : ' -r';
      // Not behind the word of a form that does not take it.
      const without = (command.forms ?? []).filter(({ flags }) => !flags.includes(flag.name)).map(({ name }) => name);
      const at =
        without.length === 0 ? here : `${here.slice(0, -1)}; and not __fish_seen_subcommand_from ${without.join(' ')}'`;
      lines.push(
        `${at} -l ${flag.name}${flag.short ? ` -s ${flag.short}` : ''}${takes} -d ${quoted(flag.description)}`,
      );
    }
    const words = argumentsOf(command);
    if (words.length > 0) lines.push(`${here} -f -a ${quoted(words.join(' '))}`);
  }
  return `${lines.join('\n')}\n`;
}
