import type { Application } from './application.ts';

const pages =
  /"(?:react-scripts|@angular\/core|react-dom|vue|svelte|preact|solid-js|next|nuxt|gatsby|astro|ember-source|@vue\/cli-service)"\s*:/;
const servers =
  /"(?:express|fastify|koa|@hapi\/hapi|@nestjs\/core|polka|restify|hono|@apollo\/server|socket\.io|ws)"\s*:/;

/**
 * Whether a Node.js application's sources run in browsers: its console is not a container's log, and its `process.env` is filled
 * in when it is built.
 */
export function runsInBrowsers({ language, manifests }: Application): boolean {
  const manifest = manifests.get('package.json')?.text ?? '';
  return language === 'node' && pages.test(manifest) && !servers.test(manifest);
}
