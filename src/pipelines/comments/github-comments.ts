import { createHash } from 'node:crypto';
import { isJsonObject, type JsonObject, jsonObjectOf } from '../../core/json-object.ts';
import type { CommentHost, OwnComment, ReviewSuggestion } from './comment-host.ts';
import { askHost, askPages, type HostAccess, type HostFetch } from './host-request.ts';

export interface GithubRequest {
  /** `https://api.github.com`, `https://ghe.example/api/v3`. */
  readonly api: string;
  readonly owner: string;
  readonly repository: string;
  readonly number: number;
}

/** What GITHUB_TOKEN writes as: https://docs.github.com/en/actions/concepts/security/github_token */
const actionsLogin = 'github-actions[bot]';

/** More than these nobody answers. */
const mostSuggestions = 20;

/** Comments of a pull request of GitHub: https://docs.github.com/en/rest/issues/comments, https://docs.github.com/en/rest/pulls/reviews */
export function githubComments(fetch: HostFetch, token: string, request: GithubRequest): CommentHost {
  const { api, owner, repository, number } = request;
  const access: HostAccess = {
    fetch,
    api,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      'x-github-api-version': '2022-11-28',
    },
    permission: 'pull-requests: write',
  };
  const base = `/repos/${encodeURIComponent(owner)}/${encodeURIComponent(repository)}`;
  let login: Promise<string> | undefined;
  const me = () => {
    login ??= loginOf(access);
    return login;
  };
  return {
    name: `${new URL(api).host} ${owner}/${repository}, pull request ${number}`,
    async own(marker) {
      const found = await askPages(access, `${base}/issues/${number}/comments`);
      const name = await me();
      return found.flatMap((each) => ownComment(each, name, marker));
    },
    async create(body) {
      await askHost(access, 'POST', `${base}/issues/${number}/comments`, { body });
    },
    async update(id, body) {
      await askHost(access, 'PATCH', `${base}/issues/comments/${id}`, { body });
    },
    async remove(id) {
      await askHost(access, 'DELETE', `${base}/issues/comments/${id}`);
    },
    async suggest(suggestions) {
      const [pull, files, there] = await Promise.all([
        askHost(access, 'GET', `${base}/pulls/${number}`),
        askPages(access, `${base}/pulls/${number}/files`),
        askPages(access, `${base}/pulls/${number}/comments`),
      ]);
      const name = await me();
      const known = new Set(
        there.flatMap((each) => ownComment(each, name, suggestionMark).map(({ text }) => keyIn(text))),
      );
      const added = addedLines(files);
      const wanted = suggestions.filter((each) => isChangedThere(each, added) && !known.has(keyOf(each)));
      const { sha } = jsonObjectOf(jsonObjectOf(pull).head);
      if (wanted.length === 0 || typeof sha !== 'string') return 0;
      const comments = wanted.slice(0, mostSuggestions).map(reviewComment);
      await askHost(access, 'POST', `${base}/pulls/${number}/reviews`, {
        commit_id: sha,
        event: 'COMMENT',
        body: `${suggestionMark}\nRepairs of lines that this pull request changes, each safe by itself.`,
        comments,
      });
      return comments.length;
    },
  };
}

/** GITHUB_TOKEN is no user's, and may not ask who it is. */
async function loginOf(access: HostAccess): Promise<string> {
  const user = await askHost(access, 'GET', '/user').catch(() => undefined);
  const { login } = jsonObjectOf(user);
  return typeof login === 'string' ? login : actionsLogin;
}

function ownComment(comment: unknown, login: string, marker: string): OwnComment[] {
  if (!isJsonObject(comment)) return [];
  const { id, body, user } = comment;
  if (jsonObjectOf(user).login !== login || typeof id !== 'number' || typeof body !== 'string') return [];
  return body.includes(marker) ? [{ id: String(id), text: body.replaceAll('\r\n', '\n') }] : [];
}

/** The lines that the request adds, by path and number in the newest commit: GitHub takes comments at these, and its own patch says which they are. */
function addedLines(files: readonly unknown[]): ReadonlyMap<string, ReadonlyMap<number, string>> {
  return new Map(
    files.filter(isJsonObject).flatMap(({ filename, patch }: JsonObject) => {
      if (typeof filename !== 'string' || typeof patch !== 'string') return [];
      const lines = new Map<number, string>();
      let at = 0;
      for (const line of patch.split('\n')) {
        const hunk = /^@@ -\d+(?:,\d+)? \+(\d+)/.exec(line);
        if (hunk) at = Number(hunk[1]);
        else if (line.startsWith('+')) lines.set(at++, line.slice(1));
        else if (line.startsWith(' ')) at++;
      }
      return [[filename, lines] as const];
    }),
  );
}

/** All lines that it replaces are the request's, as they were read: what was audited may be the merge of both sides. */
function isChangedThere(
  { path, startLine, before }: ReviewSuggestion,
  added: ReadonlyMap<string, ReadonlyMap<number, string>>,
): boolean {
  const lines = added.get(path);
  const wanted = before.replace(/\n$/, '').split('\n');
  return lines !== undefined && wanted.every((text, at) => lines.get(startLine + at) === text);
}

const suggestionMark = '<!-- plimsoll suggestion';

/** Of what is said and where: the same again is not said again, also where an earlier line has moved it. */
function keyOf({ path, before, text }: ReviewSuggestion): string {
  return createHash('sha256')
    .update(JSON.stringify([path, before, text]))
    .digest('hex')
    .slice(0, 16);
}

function keyIn(text: string): string | undefined {
  return /<!-- plimsoll suggestion ([0-9a-f]{16}) -->/.exec(text)?.[1];
}

function reviewComment(suggestion: ReviewSuggestion): JsonObject {
  const { path, startLine, endLine, text, titles } = suggestion;
  const fence = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));
  return {
    path,
    side: 'RIGHT',
    line: endLine,
    ...(startLine < endLine && { start_line: startLine, start_side: 'RIGHT' }),
    body: [`${suggestionMark} ${keyOf(suggestion)} -->`, ...titles, `${fence}suggestion\n${text}${fence}`].join('\n'),
  };
}
