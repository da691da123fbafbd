import { isJsonObject, jsonObjectOf } from '../../core/json-object.ts';
import type { CommentHost } from './comment-host.ts';
import { askHost, askPages, type HostAccess, type HostFetch } from './host-request.ts';

export interface GitlabRequest {
  /** `https://gitlab.com/api/v4`. */
  readonly api: string;
  /** Number or path of the project that the merge request is of. */
  readonly project: string;
  readonly number: number;
}

/** Notes of a merge request of GitLab: https://docs.gitlab.com/api/notes/#merge-requests. A job's own token may not write them. */
export function gitlabComments(fetch: HostFetch, token: string, { api, project, number }: GitlabRequest): CommentHost {
  const access: HostAccess = {
    fetch,
    api,
    headers: { 'private-token': token },
    permission: 'scope «api», role Reporter or more in the project of the merge request',
  };
  const notes = `/projects/${encodeURIComponent(project)}/merge_requests/${number}/notes`;
  return {
    name: `${new URL(api).host} ${project}, merge request ${number}`,
    async own(marker) {
      const [user, found] = await Promise.all([
        askHost(access, 'GET', '/user'),
        askPages(access, `${notes}?sort=asc&order_by=created_at`),
      ]);
      const { id: me } = jsonObjectOf(user);
      return found.filter(isJsonObject).flatMap(({ id, body, author, system }) => {
        if (typeof me !== 'number' || jsonObjectOf(author).id !== me || system === true) return [];
        return typeof id === 'number' && typeof body === 'string' && body.includes(marker)
          ? [{ id: String(id), text: body }]
          : [];
      });
    },
    async create(body) {
      await askHost(access, 'POST', notes, { body });
    },
    async update(id, body) {
      await askHost(access, 'PUT', `${notes}/${id}`, { body });
    },
    async remove(id) {
      await askHost(access, 'DELETE', `${notes}/${id}`);
    },
  };
}
