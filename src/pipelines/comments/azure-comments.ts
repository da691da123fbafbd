import { isJsonObject, jsonObjectOf } from '../../core/json-object.ts';
import type { CommentHost, OwnComment } from './comment-host.ts';
import { askHost, type HostAccess, type HostFetch } from './host-request.ts';

export interface AzureRequest {
  /** `https://dev.azure.com/organization`. */
  readonly collection: string;
  readonly project: string;
  /** Its id or name. */
  readonly repository: string;
  readonly number: number;
}

const version = 'api-version=7.1';

/**
 * Threads of a pull request of Azure Repos: https://learn.microsoft.com/rest/api/azure/devops/git/pull-request-threads. A comment's id here is
 * `THREAD/COMMENT`.
 */
export function azureComments(fetch: HostFetch, token: string, request: AzureRequest): CommentHost {
  const { collection, project, repository, number } = request;
  const access: HostAccess = {
    fetch,
    api: collection,
    headers: { authorization: `Bearer ${token}` },
    permission: '«Contribute to pull requests» in the repository, for the build service',
  };
  const threads = `/${encodeURIComponent(project)}/_apis/git/repositories/${encodeURIComponent(repository)}/pullRequests/${number}/threads`;
  return {
    name: `${new URL(collection).host} ${project}, pull request ${number}`,
    async own(marker) {
      const [identity, found] = await Promise.all([
        askHost(access, 'GET', '/_apis/connectionData'),
        askHost(access, 'GET', `${threads}?${version}`),
      ]);
      const { id: me } = jsonObjectOf(jsonObjectOf(identity).authenticatedUser);
      const { value } = jsonObjectOf(found);
      return (Array.isArray(value) ? value : [])
        .filter(isJsonObject)
        .flatMap(({ id: thread, comments }): OwnComment[] => {
          const [first] = Array.isArray(comments) ? comments : [];
          const { id, content, author, isDeleted } = jsonObjectOf(first);
          if (typeof me !== 'string' || jsonObjectOf(author).id !== me || isDeleted === true) return [];
          if (typeof thread !== 'number' || typeof id !== 'number' || typeof content !== 'string') return [];
          return content.includes(marker) ? [{ id: `${thread}/${id}`, text: content }] : [];
        });
    },
    async create(content) {
      // A thread that is closed does not hold up the pull request where all have to be resolved.
      const comments = [{ parentCommentId: 0, content, commentType: 'text' }];
      await askHost(access, 'POST', `${threads}?${version}`, { comments, status: 'closed' });
    },
    async update(id, content) {
      await askHost(access, 'PATCH', `${threads}/${pathOf(id)}?${version}`, { content });
    },
    async remove(id) {
      await askHost(access, 'DELETE', `${threads}/${pathOf(id)}?${version}`);
    },
  };
}

function pathOf(id: string): string {
  return id.replace('/', '/comments/');
}
