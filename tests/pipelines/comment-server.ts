import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Stands for the APIs of GitHub, GitLab and Azure DevOps on loopback, as their documentation describes the requests that are used; none of them can be
 * reached here. It is strict: what they would refuse (no token, an unknown path, a review comment beside the difference) it refuses too.
 */
export interface CommentServer {
  readonly url: string;
  /** All comments, by whom, in order. */
  readonly comments: StoredComment[];
  readonly reviewComments: {
    readonly path: string;
    readonly line: number;
    readonly body: string;
    readonly startLine: number | undefined;
  }[];
  readonly requests: string[];
  /** The next so many requests are answered with this status. */
  fail(status: number, times: number): void;
  close(): Promise<void>;
}

export interface StoredComment {
  readonly id: number;
  readonly by: string;
  text: string;
}

export const token = 'the-token-of-the-test';
const me = { github: 'github-actions[bot]', gitlab: 41, azure: 'b1d-build-service' };

/** @param patch of the file `Dockerfile`, as GitHub gives it with the files of a pull request */
export async function startCommentServer(patch = ''): Promise<CommentServer> {
  const comments: StoredComment[] = [];
  const reviewComments: CommentServer['reviewComments'] = [];
  const requests: string[] = [];
  let failing = { status: 0, times: 0 };
  let next = 1;

  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://host');
      requests.push(`${request.method} ${pathname}`);
      const given = request.headers.authorization?.replace('Bearer ', '') ?? request.headers['private-token'];
      if (given !== token) return send(response, 401, { message: 'Bad credentials' });
      if (failing.times > 0) {
        failing.times -= 1;
        response.setHeader('retry-after', '0');
        return send(response, failing.status, { message: 'try later' });
      }
      const [status, answer] = route(`${request.method} ${pathname}`, searchParams, body);
      return send(response, status, answer);
    });
  });

  function route(call: string, query: URLSearchParams, body: Record<string, unknown>): [number, unknown] {
    const page = (items: readonly unknown[]): [number, unknown] => {
      const [number, size] = [Number(query.get('page') ?? 1), Number(query.get('per_page') ?? 30)];
      return [200, items.slice((number - 1) * size, number * size)];
    };
    const add = (by: string, text: unknown): [number, unknown] => {
      comments.push({ id: next++, by, text: String(text) });
      return [201, {}];
    };
    const at = (id: string | undefined) => comments.find((each) => each.id === Number(id));
    const change = (id: string | undefined, text: unknown): [number, unknown] => {
      const comment = at(id);
      if (!comment) return [404, { message: 'Not Found' }];
      comment.text = String(text);
      return [200, {}];
    };
    const remove = (id: string | undefined): [number, unknown] => {
      const comment = at(id);
      if (!comment) return [404, { message: 'Not Found' }];
      comments.splice(comments.indexOf(comment), 1);
      return [204, undefined];
    };
    const number = /(\d+)$/.exec(call)?.[1];

    // https://docs.github.com/en/rest: GITHUB_TOKEN may not ask for /user.
    if (call === 'GET /api/v3/user') return [403, { message: 'Resource not accessible by integration' }];
    if (call === 'GET /api/v3/repos/shop/web/issues/7/comments')
      return page(comments.map(({ id, by, text }) => ({ id, user: { login: by }, body: text })));
    if (call === 'POST /api/v3/repos/shop/web/issues/7/comments') return add(me.github, body.body);
    if (call.startsWith('PATCH /api/v3/repos/shop/web/issues/comments/')) return change(number, body.body);
    if (call.startsWith('DELETE /api/v3/repos/shop/web/issues/comments/')) return remove(number);
    if (call === 'GET /api/v3/repos/shop/web/pulls/7') return [200, { head: { sha: 'a'.repeat(40) } }];
    if (call === 'GET /api/v3/repos/shop/web/pulls/7/files')
      return page([{ filename: 'Dockerfile', patch }, { filename: 'picture.png' }]);
    if (call === 'GET /api/v3/repos/shop/web/pulls/7/comments')
      return page(reviewComments.map((each, id) => ({ id, user: { login: me.github }, body: each.body })));
    if (call === 'POST /api/v3/repos/shop/web/pulls/7/reviews') return review(body);

    // https://docs.gitlab.com/api/notes/
    if (call === 'GET /api/v4/user') return [200, { id: me.gitlab }];
    const notes = '/api/v4/projects/shop%2Fweb/merge_requests/7/notes';
    if (call === `GET ${notes}`)
      return page(
        comments.map(({ id, by, text }) => ({
          id,
          body: text,
          system: false,
          author: { id: by === 'me' ? me.gitlab : 99 },
        })),
      );
    if (call === `POST ${notes}`) return add('me', body.body);
    if (call.startsWith(`PUT ${notes}/`)) return change(number, body.body);
    if (call.startsWith(`DELETE ${notes}/`)) return remove(number);

    // https://learn.microsoft.com/rest/api/azure/devops/git/pull-request-threads: a thread for each comment, with the same number.
    if (call === 'GET /org/_apis/connectionData') return [200, { authenticatedUser: { id: me.azure } }];
    const threads = '/org/shop/_apis/git/repositories/web/pullRequests/7/threads';
    if (call.includes(threads) && query.get('api-version') === null) return [400, { message: 'no api-version' }];
    if (call === `GET ${threads}`)
      return [
        200,
        {
          value: comments.map(({ id, by, text }) => ({
            id,
            comments: [{ id: 1, content: text, author: { id: by === 'me' ? me.azure : 'x' } }],
          })),
        },
      ];
    if (call === `POST ${threads}`) {
      const [first] = Array.isArray(body.comments) ? body.comments : [];
      return add('me', first?.content);
    }
    const thread = /threads\/(\d+)\/comments\/1$/.exec(call)?.[1];
    if (call.startsWith(`PATCH ${threads}/`)) return change(thread, body.content);
    if (call.startsWith(`DELETE ${threads}/`)) return remove(thread);
    return [404, { message: `Not Found: ${call}` }];
  }

  /** A review comment has to be on lines of the difference. */
  function review(body: Record<string, unknown>): [number, unknown] {
    const lines = new Set<number>();
    let at = 0;
    for (const line of patch.split('\n')) {
      const hunk = /^@@ -\S+ \+(\d+)/.exec(line);
      if (hunk) at = Number(hunk[1]);
      else if (!line.startsWith('-')) lines.add(at++);
    }
    const asked = Array.isArray(body.comments) ? body.comments : [];
    const fits = asked.every(
      ({ path, line, start_line: from = line }) =>
        path === 'Dockerfile' && from <= line && lines.has(line) && lines.has(from),
    );
    if (!fits || body.commit_id !== 'a'.repeat(40) || body.event !== 'COMMENT' || !body.body)
      return [422, { message: 'Validation Failed: line must be part of the diff' }];
    for (const { path, line, start_line: startLine, body: text } of asked)
      reviewComments.push({ path, line, startLine, body: text });
    return [200, {}];
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = isAddress(address) ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    comments,
    reviewComments,
    requests,
    fail(status, times) {
      failing = { status, times };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function isAddress(value: AddressInfo | string | null): value is AddressInfo {
  return typeof value === 'object' && value !== null;
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const text = Buffer.concat(chunks).toString();
  return text === '' ? {} : JSON.parse(text);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
