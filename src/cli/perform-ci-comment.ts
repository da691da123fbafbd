import { readFileSync } from 'node:fs';
import path from 'node:path';
import { exitCodes, UserError } from '../core/errors.ts';
import { findingChange, type WrittenReport } from '../core/finding-change.ts';
import { printable } from '../core/printable.ts';
import { registryFetch } from '../image/registry-fetch.ts';
import { azureComments } from '../pipelines/comments/azure-comments.ts';
import type { CommentHost, ReviewSuggestion } from '../pipelines/comments/comment-host.ts';
import { findRequest, type PullRequest, requestAt } from '../pipelines/comments/find-request.ts';
import { githubComments } from '../pipelines/comments/github-comments.ts';
import { gitlabComments } from '../pipelines/comments/gitlab-comments.ts';
import { type PutAction, putComment } from '../pipelines/comments/put-comment.ts';
import { changeJson } from '../report/change-json.ts';
import { type ChangeOptions, changeMarker, renderChange, saysNothing } from '../report/change-markdown.ts';
import { readReport } from '../report/read-report.ts';
import { readSuggestions } from '../report/read-suggestions.ts';
import type { ParsedArguments, Terminal } from './command.ts';

/** By its name only: a token on a command line is in every list of processes. */
const tokenVariable = 'PLIMSOLL_COMMENT_TOKEN';

/** Compares two reports and writes the one comment of the pull request, as the arguments of `plimsoll ci comment` say. */
export async function performCiComment(parsed: ParsedArguments, terminal: Terminal): Promise<number> {
  if (parsed.positionals.length > 1)
    throw new UserError('ci comment takes its reports as --before FILE and --after FILE');
  const change = findingChange(reportFrom('before', parsed, terminal), reportFrom('after', parsed, terminal));
  const suggestions = suggestionsFrom(parsed, terminal);
  const pull = parsed.value('pull');
  const request = pull === undefined ? findRequest(terminal.environment) : requestAt(pull);
  const text = renderChange(change, optionsOf(request));
  if (parsed.has('dry-run')) {
    terminal.stdout.write(parsed.has('json') ? changeJson(change, undefined) : text);
    return exitCodes.clean;
  }
  const host = hostOf(request, terminal);
  const action = await putComment(host, changeMarker, text, !saysNothing(change));
  const suggested = suggestions.length > 0 && host.suggest ? await host.suggest(suggestions) : 0;
  if (parsed.has('json')) terminal.stdout.write(changeJson(change, { request: host.name, action, suggested }));
  else if (!parsed.has('quiet')) terminal.stdout.write(doneText(host, action, suggested));
  return exitCodes.clean;
}

const done: Readonly<Record<PutAction, string>> = {
  created: 'the comment is written',
  updated: 'the comment is brought up to date',
  unchanged: 'the comment says it already',
  'nothing to say': 'nothing new and nothing fixed, so that there is no comment',
};

function doneText({ name }: CommentHost, action: PutAction, suggested: number): string {
  const suggestions = suggested === 0 ? '' : `, ${suggested} new ${suggested === 1 ? 'suggestion' : 'suggestions'}`;
  return `${printable(name)}: ${done[action]}${suggestions}\n`;
}

function optionsOf(request: PullRequest | undefined): ChangeOptions {
  return { sourceBase: request?.sourceBase, runUrl: request?.runUrl };
}

function reportFrom(name: 'before' | 'after', parsed: ParsedArguments, terminal: Terminal): WrittenReport {
  const file = parsed.value(name);
  if (file === undefined)
    throw new UserError(`ci comment needs --${name} FILE`, {
      remedy: 'plimsoll audit --json --output FILE writes it, once for each side of the pull request.',
    });
  const report = readReport(textOf(file, terminal));
  if (report) return report;
  throw new UserError('this is no report of «plimsoll audit --json»', { where: printable(file) });
}

function suggestionsFrom(parsed: ParsedArguments, terminal: Terminal): readonly ReviewSuggestion[] {
  const file = parsed.value('fixes');
  if (file === undefined) return [];
  const suggestions = readSuggestions(textOf(file, terminal));
  if (suggestions) return suggestions;
  throw new UserError('this is no report of «plimsoll fix --json»', { where: printable(file) });
}

function textOf(file: string, { cwd }: Terminal): string {
  try {
    return readFileSync(path.resolve(cwd, file), 'utf8');
  } catch (cause) {
    throw new UserError('this file cannot be read', { where: printable(file), cause });
  }
}

function hostOf(request: PullRequest | undefined, { environment }: Terminal): CommentHost {
  if (!request)
    throw new UserError('nothing tells which pull request this is', {
      remedy: 'Name it: --pull https://github.com/owner/name/pull/7; or print the comment with --dry-run.',
    });
  const token = environment[tokenVariable];
  if (!token)
    throw new UserError(`a comment needs a token, in the variable ${tokenVariable}`, {
      remedy: 'Set it, or print the comment with --dry-run.',
    });
  const fetch = registryFetch(environment, undefined);
  if (request.host === 'github') return githubComments(fetch, token, request);
  if (request.host === 'gitlab') return gitlabComments(fetch, token, request);
  return azureComments(fetch, token, request);
}
