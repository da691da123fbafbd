import type { Choices } from '../../src/init/plan.ts';

/** A small application, and what `plimsoll init` must make of it. */
export interface ExampleApplication {
  /** Text by path. */
  readonly files: Readonly<Record<string, string>>;
  /** The directory it lies in; default the root. */
  readonly directory?: string;
  readonly choices?: Choices;
  readonly language: string;
  readonly framework?: string;
  readonly version?: string;
  readonly port?: number;
  readonly command: readonly string[];
  readonly health?: string;
  /** Names of variables, secrets with a `*` in front. */
  readonly variables?: readonly string[];
  /** Lines that the Dockerfile must have. */
  readonly lines?: readonly string[];
  /** Words of the questions that are left. */
  readonly questions?: readonly RegExp[];
}

const manifest = (fields: object) => JSON.stringify({ name: 'shop', version: '1.2.0', ...fields }, null, 2);
const npmLock = JSON.stringify({ name: 'shop', lockfileVersion: 3, packages: {} });

/** By the name of their directory. */
export const applications: Readonly<Record<string, ExampleApplication>> = {
  'node-express': {
    files: {
      'package.json': manifest({
        scripts: { start: 'node src/server.js' },
        engines: { node: '>=20' },
        dependencies: { express: '^5.1.0' },
      }),
      'package-lock.json': npmLock,
      'src/server.js': `const express = require('express');
const app = express();
const stripe = process.env.STRIPE_SECRET_KEY;
if (!stripe) throw new Error('STRIPE_SECRET_KEY is missing');
const currency = process.env.CURRENCY || 'EUR';
app.get('/healthz', (request, response) => response.send('ok'));
app.get('/', (request, response) => response.send('hello ' + currency));
app.listen(process.env.PORT || 3000);
`,
    },
    language: 'Node.js',
    framework: 'Express',
    version: '26',
    port: 3000,
    command: ['node', 'src/server.js'],
    health: '/healthz',
    variables: ['CURRENCY', '*STRIPE_SECRET_KEY'],
    lines: [
      'RUN --mount=type=cache,target=/root/.npm npm ci --no-audit --no-fund --omit=dev',
      'USER 1000',
      'EXPOSE 3000',
    ],
  },
  'node-fastify-typescript': {
    files: {
      'package.json': manifest({
        type: 'module',
        scripts: { build: 'tsc', start: 'tsx src/main.ts', prepare: 'husky' },
        dependencies: { fastify: '^5.2.0', bcrypt: '^6.0.0' },
        devDependencies: { typescript: '^5.7.0', tsx: '^4.19.0', '@types/node': '^24.1.0', husky: '^9.0.0' },
      }),
      'pnpm-lock.yaml': "lockfileVersion: '9.0'\n",
      'tsconfig.json': '{ "compilerOptions": {\n    "outDir": "./dist",\n    "rootDir": "src" } }',
      'src/main.ts': `import Fastify from 'fastify';
const app = Fastify({ logger: true });
app.get('/health', async () => ({ ok: true }));
await app.listen({ port: Number(process.env.PORT ?? 8081), host: '0.0.0.0' });
`,
    },
    language: 'Node.js',
    framework: 'Fastify',
    version: '24',
    port: 8081,
    command: ['node', 'dist/main.js'],
    health: '/health',
    lines: [
      'FROM node:24 AS build',
      'FROM node:24-slim',
      'RUN npm install --global pnpm@10.15.1',
      'RUN pnpm run build',
      'RUN CI=true pnpm prune --prod --ignore-scripts',
    ],
  },
  'node-next': {
    files: {
      'package.json': manifest({
        scripts: { build: 'next build', start: 'next start' },
        dependencies: { next: '^15.1.0', react: '^19.0.0', 'react-dom': '^19.0.0' },
      }),
      'yarn.lock': '# yarn lockfile v1\n',
      'next.config.mjs': "export default { output: 'standalone' };\n",
      'app/page.jsx': 'export default function Page() { return <p>hello</p>; }\n',
      'public/robots.txt': 'User-agent: *\n',
    },
    language: 'Node.js',
    framework: 'Next.js',
    port: 3000,
    command: ['node', 'server.js'],
    lines: [
      'COPY --from=build /app/.next/standalone ./',
      'COPY --from=build /app/public ./public',
      'RUN npm install --global --force yarn@1.22.22',
    ],
  },
  'node-vite': {
    files: {
      'package.json': manifest({
        scripts: { build: 'vite build' },
        dependencies: { react: '^19.0.0', 'react-dom': '^19.0.0' },
        devDependencies: { vite: '^6.0.0' },
      }),
      'package-lock.json': npmLock,
      'index.html': '<script type="module" src="/src/main.jsx"></script>\n',
      'src/main.jsx': 'document.body.textContent = import.meta.env.VITE_TITLE;\n',
    },
    language: 'Node.js',
    framework: 'Vite',
    port: 8080,
    command: [],
    health: '/',
    variables: [],
    lines: ['COPY --from=build /app/dist/ /usr/share/nginx/html/', 'USER 101'],
  },
  'go-command': {
    files: {
      'go.mod': 'module example.com/orders\n\ngo 1.22\n',
      'cmd/orders/main.go': `package main

import (
	"log/slog"
	"net/http"
	"os"
)

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	if os.Getenv("DATABASE_URL") == "" {
		log.Error("DATABASE_URL is missing")
		os.Exit(1)
	}
	http.HandleFunc("/healthz", func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("ok")) })
	http.Handle("/", http.FileServer(http.Dir("templates")))
	log.Error("stopped", "error", http.ListenAndServe(":8080", nil))
}
`,
      'templates/index.html': 'hello\n',
    },
    language: 'Go',
    version: '1.26',
    port: 8080,
    command: ['/usr/local/bin/orders'],
    health: '/healthz',
    variables: ['*DATABASE_URL'],
    lines: ['COPY templates ./templates/', 'USER 65532'],
  },
  'go-gin': {
    files: {
      'go.mod':
        'module example.com/web\n\ngo 1.24\n\nrequire (\n\tgithub.com/gin-gonic/gin v1.10.0\n\tgithub.com/mattn/go-sqlite3 v1.14.24\n)\n',
      'go.sum': '',
      'main.go': `package main

import "github.com/gin-gonic/gin"

func main() {
	router := gin.Default()
	router.GET("/ping", func(c *gin.Context) { c.String(200, "pong") })
	router.Run()
}
`,
    },
    language: 'Go',
    framework: 'Gin',
    port: 8080,
    command: ['/usr/local/bin/web'],
    health: '/ping',
    lines: ['COPY go.mod go.sum ./', 'FROM gcr.io/distroless/base-debian13:nonroot'],
  },
};
