import type {
  AndOr,
  Command,
  CommandNode,
  CompoundList,
  ParsedScript,
  Pipeline,
  PipelineNode,
  Redirection,
  Statement,
  TestExpression,
  Word,
} from 'unbash';
import type { CommandPlace } from '../shell.ts';
import { readCommand } from './shell-command.ts';
import { type Collected, nextList, noteExtension, type Scope } from './shell-scope.ts';
import { backtickText } from './shell-unquote.ts';
import { partsContents, type WordContents, wordContents } from './shell-word.ts';

type Inside = CommandPlace['inside'][number];

/** Collects every simple command of a parsed script, those inside of compound commands and substitutions too. */
export function walkScript(script: ParsedScript, scope: Scope, collected: Collected): void {
  for (const error of script.errors ?? [])
    collected.errors.push({ message: error.message, range: scope.text.rangeOf(error.pos, error.pos) });
  walkStatements(script.commands, scope, collected);
}

function enter(scope: Scope, inside: Inside): Scope {
  return { ...scope, inside: [...scope.inside, inside] };
}

function walkStatements(statements: readonly Statement[], scope: Scope, collected: Collected): void {
  const list = nextList(collected);
  let after: CommandPlace['after'];
  for (const statement of statements) {
    const { command } = statement;
    if (command.type === 'AndOr') walkAndOr(command, after, list, scope, collected);
    else walkPipelineNode(command, after, list, scope, collected);
    after = statement.background ? '&' : ';';
  }
}

function walkAndOr(node: AndOr, first: CommandPlace['after'], list: number, scope: Scope, collected: Collected): void {
  node.commands.forEach((command, index) => {
    walkPipelineNode(command, index === 0 ? first : node.operators[index - 1], list, scope, collected);
  });
}

function walkPipelineNode(
  node: PipelineNode,
  after: CommandPlace['after'],
  list: number,
  scope: Scope,
  collected: Collected,
): void {
  if (node.type === 'Pipeline') {
    walkPipeline(node, after, list, scope, collected);
    return;
  }
  const place: CommandPlace = { after, pipeline: undefined, pipelineIndex: 0, inside: scope.inside, negated: false };
  walkCommandNode(node, place, list, scope, collected);
}

function walkPipeline(
  node: Pipeline,
  after: CommandPlace['after'],
  list: number,
  scope: Scope,
  collected: Collected,
): void {
  const { commands } = node;
  const pipeline =
    commands.length > 1
      ? {
          length: commands.length,
          range: scope.text.rangeOf(commands[0]?.pos ?? node.pos, commands[commands.length - 1]?.end ?? node.end),
        }
      : undefined;
  const negated = node.prefixes.filter((prefix) => prefix.type === 'Negation').length % 2 === 1;
  const time = node.prefixes.find((prefix) => prefix.type === 'Time');
  if (node.operators.includes('|&')) noteExtension('pipe-both', node.pos, node.end, scope, collected);
  const inner = time ? { ...scope, timed: { start: time.pos, end: time.keywordEnd } } : scope;
  commands.forEach((command, pipelineIndex) => {
    const place: CommandPlace = { after, pipeline, pipelineIndex, inside: scope.inside, negated };
    walkCommandNode(command, place, list, inner, collected);
  });
}

function walkCommandNode(
  node: CommandNode | CompoundList,
  place: CommandPlace,
  list: number,
  scope: Scope,
  collected: Collected,
): void {
  switch (node.type) {
    case 'Command':
      walkCommand(node, place, list, scope, collected);
      return;
    case 'Redirected':
      walkCommandNode(node.command, place, list, scope, collected);
      walkRedirections(node.redirects, scope, collected);
      return;
    case 'Subshell':
      walkList(node.body, 'subshell', scope, collected);
      return;
    case 'BraceGroup':
      walkList(node.body, 'group', scope, collected);
      return;
    case 'CompoundList':
      walkList(node, 'group', scope, collected);
      return;
    case 'If':
      walkList(node.clause, 'condition', scope, collected);
      walkList(node.then, 'branch', scope, collected);
      for (const elif of node.elif) {
        walkList(elif.clause, 'condition', scope, collected);
        walkList(elif.then, 'branch', scope, collected);
      }
      if (node.else) walkList(node.else, 'branch', scope, collected);
      return;
    case 'For':
    case 'Select':
      if (node.type === 'Select') noteExtension('select', node.pos, node.pos + 'select'.length, scope, collected);
      walkWords(node.wordlist ?? [], scope, collected);
      assign(node.name, scope, collected);
      walkList(node.body, 'loop', scope, collected);
      return;
    case 'ArithmeticFor':
      noteExtension('arithmetic-for', node.pos, node.body.pos, scope, collected);
      walkList(node.body, 'loop', scope, collected);
      return;
    case 'While':
      walkList(node.clause, 'condition', scope, collected);
      walkList(node.body, 'loop', scope, collected);
      return;
    case 'Case':
      walkWords([node.word], scope, collected);
      for (const item of node.items) {
        walkWords(item.pattern, scope, collected);
        walkList(item.body, 'branch', scope, collected);
      }
      return;
    case 'Function':
    case 'Coproc': {
      if (node.type === 'Function' && node.name.pos > node.pos)
        noteExtension('function-keyword', node.pos, node.name.end, scope, collected);
      const inner = node.type === 'Function' ? enter(scope, 'function') : scope;
      const innerPlace = { ...place, inside: inner.inside };
      walkCommandNode(node.body, innerPlace, nextList(collected), inner, collected);
      return;
    }
    case 'TestCommand':
      noteExtension('double-bracket', node.pos, node.end, scope, collected);
      walkTest(node.expression, scope, collected);
      return;
    case 'ArithmeticCommand':
      noteExtension('arithmetic-command', node.pos, node.end, scope, collected);
      for (const name of node.body.match(/[A-Za-z_]\w*/g) ?? []) collected.variables.add(name);
      return;
  }
}

function walkList(body: CompoundList, inside: Inside, scope: Scope, collected: Collected): void {
  walkStatements(body.commands, enter(scope, inside), collected);
}

function walkCommand(node: Command, place: CommandPlace, list: number, scope: Scope, collected: Collected): void {
  const contents: WordContents[] = [];
  const read = (word: Word): WordContents => {
    const found = wordContents(word, scope.braces);
    if (found.expands || found.extensions.length > 0) contents.push(found);
    return found;
  };
  const nested = readCommand(node, place, list, scope, collected, read);
  for (const found of contents) follow(found, scope, collected);
  walkHeredocs(node.redirects, scope, collected);
  nested?.();
}

function walkRedirections(redirects: readonly Redirection[], scope: Scope, collected: Collected): void {
  for (const redirect of redirects)
    if (redirect.type !== 'HereDoc' && redirect.target) walkWords([redirect.target], scope, collected);
  walkHeredocs(redirects, scope, collected);
}

function walkHeredocs(redirects: readonly Redirection[], scope: Scope, collected: Collected): void {
  for (const redirect of redirects) {
    if (redirect.type !== 'HereDoc' || redirect.delimiter?.quoted) continue;
    if (redirect.body.parts) follow(partsContents(redirect.body.parts), scope, collected);
  }
}

function walkWords(words: readonly Word[], scope: Scope, collected: Collected): void {
  for (const word of words) follow(wordContents(word, scope.braces), scope, collected);
}

/** Takes up what a word expands, and walks the substitutions in it. */
function follow(contents: WordContents, scope: Scope, collected: Collected): void {
  for (const name of contents.variables) collected.variables.add(name);
  for (const { kind, pos, end } of contents.extensions) noteExtension(kind, pos, end, scope, collected);
  if (scope.substitutionsSeen) return;
  for (const { script, pos, end } of contents.scripts) {
    const text = script.source === undefined ? scope.text : backtickText(scope.text, pos, end, script.source);
    walkScript(script, { ...enter(scope, 'substitution'), text, timed: undefined }, collected);
  }
}

function walkTest(expression: TestExpression, scope: Scope, collected: Collected): void {
  switch (expression.type) {
    case 'TestUnary':
      walkWords([expression.operand], scope, collected);
      return;
    case 'TestBinary':
      walkWords([expression.left, expression.right], scope, collected);
      return;
    case 'TestLogical':
      for (const operand of expression.operands) walkTest(operand, scope, collected);
      return;
    case 'TestNot':
      walkTest(expression.operand, scope, collected);
      return;
    case 'TestGroup':
      walkTest(expression.expression, scope, collected);
      return;
  }
}

function assign(name: Word, scope: Scope, collected: Collected): void {
  collected.assigned.push({
    name: name.value,
    value: undefined,
    exported: false,
    range: scope.text.rangeOf(name.pos, name.end),
  });
}
