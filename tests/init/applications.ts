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
  /** What an audit finds of the application itself, which init does not change. */
  readonly found?: readonly RegExp[];
}

const manifest = (fields: object) => JSON.stringify({ name: 'shop', version: '1.2.0', ...fields }, null, 2);
const npmLock = JSON.stringify({ name: 'shop', lockfileVersion: 1, dependencies: {} });
/** A lock file of Yarn 1 with an entry for each package, and the range that asks for it. */
const yarnLock = (packages: Readonly<Record<string, string>>) =>
  `# yarn lockfile v1\n${Object.entries(packages)
    .map(([name, range]) => `\n${name}@${range}:\n  version "${range.replace('^', '')}"\n`)
    .join('')}`;

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
    version: '24',
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
  'node-with-two-lock-files': {
    files: {
      'package.json': manifest({ scripts: { start: 'node server.js' }, dependencies: { express: '^5.1.0' } }),
      'yarn.lock': yarnLock({ express: '^4.0.0' }),
      'package-lock.json': npmLock,
      'server.js': "require('express')().listen(3000);\n",
    },
    language: 'Node.js',
    framework: 'Express',
    port: 3000,
    command: ['node', 'server.js'],
    lines: ['RUN --mount=type=cache,target=/root/.npm npm ci --no-audit --no-fund --omit=dev'],
  },
  'node-of-before': {
    files: {
      'package.json': manifest({
        scripts: { build: 'vue-cli-service build' },
        dependencies: { vue: '^2.6.0' },
        devDependencies: { '@vue/cli-service': '^4.5.0' },
      }),
      'yarn.lock': yarnLock({ vue: '^2.6.0', '@vue/cli-service': '^4.5.0', webpack: '^4.0.0' }),
      'src/main.js': 'document.body.textContent = "hello";\n',
    },
    language: 'Node.js',
    framework: 'Vue CLI',
    port: 8080,
    command: [],
    health: '/',
    variables: [],
    lines: ['ENV NODE_OPTIONS=--openssl-legacy-provider'],
  },
  'node-kept-back-by-a-package': {
    files: {
      'package.json': manifest({
        scripts: { start: 'node server.js' },
        dependencies: { express: '^4.0.0', 'node-sass': '^4.14.0' },
      }),
      'yarn.lock': yarnLock({ express: '^4.0.0', 'node-sass': '^4.14.0' }),
      'server.js': "require('express')().listen(3000);\n",
    },
    language: 'Node.js',
    framework: 'Express',
    version: '14',
    port: 3000,
    command: ['node', 'server.js'],
    questions: [/gets no security updates any more/],
    found: [/end-of-life/, /end-of-life/],
  },
  'node-that-writes': {
    files: {
      'package.json': manifest({
        scripts: { start: 'node server.js' },
        dependencies: { express: '^5.1.0', multer: '^2.0.0' },
      }),
      'package-lock.json': npmLock,
      'public/uploads/default.png': 'png',
      'server.js': `const fs = require('fs');
const upload = require('multer')({ dest: 'uploads/' });
fs.mkdirSync('./public/uploads', { recursive: true });
require('express')().listen(3000);
`,
    },
    language: 'Node.js',
    framework: 'Express',
    port: 3000,
    command: ['node', 'server.js'],
    lines: ['RUN install -d -o 1000 -g 1000 /app/public/uploads /app/uploads'],
    questions: [/into public\/uploads .* goes with its pod/, /into uploads .* goes with its pod/],
  },
  'node-whose-build-writes': {
    files: {
      'package.json': manifest({
        scripts: { build: 'node build.js', start: 'node server.js' },
        dependencies: { express: '^5.1.0' },
      }),
      'package-lock.json': npmLock,
      'build.js': "require('fs').mkdirSync('pages', { recursive: true });\n",
      'server.js': "require('fs').mkdirSync('cache');\nrequire('express')().listen(3000);\n",
    },
    language: 'Node.js',
    framework: 'Express',
    port: 3000,
    command: ['node', 'server.js'],
    lines: ['RUN install -d -o 1000 -g 1000 /app/cache'],
  },
  'node-prisma': {
    files: {
      'package.json': manifest({
        scripts: { start: 'node src/server.js' },
        engines: { node: '24' },
        dependencies: { express: '^5.1.0', '@prisma/client': '^6.1.0' },
        devDependencies: { prisma: '^6.1.0' },
      }),
      'package-lock.json': npmLock,
      'prisma/schema.prisma': 'generator client {\n  provider = "prisma-client-js"\n}\n',
      'src/server.js': "const app = require('express')();\napp.listen(process.env.PORT || 3000);\n",
    },
    language: 'Node.js',
    framework: 'Express',
    port: 3000,
    command: ['node', 'src/server.js'],
    lines: ['RUN npx prisma generate'],
  },
  'node-next': {
    files: {
      'package.json': manifest({
        scripts: { build: 'next build', start: 'next start' },
        dependencies: { next: '^15.1.0', react: '^19.0.0', 'react-dom': '^19.0.0' },
      }),
      'yarn.lock': yarnLock({ next: '^15.1.0', react: '^19.0.0', 'react-dom': '^19.0.0' }),
      'next.config.mjs': "export default { output: 'standalone' };\n",
      'app/page.jsx': 'export default function Page() { return <p>hello</p>; }\n',
      'public/robots.txt': 'User-agent: *\n',
    },
    language: 'Node.js',
    framework: 'Next.js',
    port: 3000,
    command: ['node', 'server.js'],
    lines: ['COPY --from=build /app/.next/standalone ./', 'COPY --from=build /app/public ./public'],
  },
  'node-next-exported': {
    files: {
      'package.json': manifest({
        scripts: { build: 'next build', start: 'serve _static' },
        dependencies: { next: '^15.1.0', react: '^19.0.0', 'react-dom': '^19.0.0' },
      }),
      'yarn.lock': yarnLock({ next: '^15.1.0', react: '^19.0.0', 'react-dom': '^19.0.0' }),
      'next.config.js': "module.exports = { output: 'export', distDir: '_static' };\n",
      'pages/index.jsx': 'export default function Page() { return <p>hello</p>; }\n',
    },
    language: 'Node.js',
    framework: 'Next.js',
    port: 8080,
    command: [],
    health: '/',
    lines: ['COPY --from=build /app/_static/ /usr/share/nginx/html/'],
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
  'python-flask-put-together-by-a-script': {
    files: {
      'requirements.txt': 'flask==3.1.0\ntornado==6.5\n',
      'books.py': "from books.main import main\n\nif __name__ == '__main__':\n    main()\n",
      'books/__init__.py': 'from flask import Flask\n\napp = Flask(__name__)\n',
      'books/constants.py': 'import os\n\nDEFAULT_PORT = 8083\n',
      'books/main.py':
        'from . import app\nfrom .web import web\nfrom .server import serve\n\n\ndef main():\n    app.register_blueprint(web)\n    serve(app)\n',
    },
    language: 'Python',
    framework: 'Flask',
    port: 8083,
    command: ['python', 'books.py'],
  },
  'python-django-under-uwsgi': {
    files: {
      'requirements.txt': 'django==5.2\nuwsgi==2.0.31\n',
      'manage.py': '',
      Procfile: 'web: uwsgi ./etc/uwsgi.ini\n',
      'etc/uwsgi.ini': '[uwsgi]\nhttp-socket=:$(PORT)\nvirtualenv=$(VIRTUAL_ENV)\nwsgi-file=shop/wsgi.py\n',
      'shop/wsgi.py':
        'import os\n\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings.dev")\n\napplication = get_wsgi_application()\n',
      'shop/settings/dev.py': 'DEBUG = True\n',
      'shop/settings/production.py': 'DEBUG = False\n',
    },
    language: 'Python',
    framework: 'Django',
    port: 8000,
    command: ['uwsgi', './etc/uwsgi.ini'],
    lines: ['    PORT=8000 \\', '    DJANGO_SETTINGS_MODULE=shop.settings.production \\', '    VIRTUAL_ENV=/opt/venv'],
  },
  'node-vite-with-a-configuration-of-nginx': {
    files: {
      'package.json': manifest({
        scripts: { build: 'vite build' },
        devDependencies: { vite: '^7.0.0', typescript: '^5.9.0' },
      }),
      'package-lock.json': npmLock,
      'index.html': '<script type="module" src="/src/main.js"></script>\n',
      'src/main.js': 'document.body.textContent = 1;\n',
      'nginx.conf': 'server {\n  listen 80;\n  root /usr/share/nginx/html;\n}\n',
    },
    language: 'Node.js',
    framework: 'Vite',
    port: 8080,
    command: [],
    health: '/',
    lines: ['COPY pages.nginx.conf /etc/nginx/conf.d/default.conf'],
    questions: [/nginx\.conf of the project is not taken/],
  },
  'go-that-reads-an-address': {
    files: {
      'go.mod': 'module example.com/feeds\n\ngo 1.26\n',
      'main.go': `package main

import (
	"net/http"
	"os"
)

var defaults = map[string]string{
	"BASE_URL":    "http://localhost:80",
	"LISTEN_ADDR": "127.0.0.1:8081",
}

func main() {
	address := os.Getenv("LISTEN_ADDR")
	if address == "" {
		address = defaults["LISTEN_ADDR"]
	}
	http.ListenAndServe(address, nil)
}
`,
    },
    language: 'Go',
    port: 8081,
    command: ['/usr/local/bin/feeds'],
    lines: ['ENV LISTEN_ADDR=0.0.0.0:8081'],
  },
  'go-that-reads-a-port-of-its-own-name': {
    files: {
      'go.mod': 'module example.com/echo\n\ngo 1.26\n\nrequire google.golang.org/grpc v1.76.0\n',
      'main.go': `package main

import (
	"flag"
	"net/http"
	"os"
)

var port string

func getEnv(key, fallback string) string {
	if value := os.Getenv(key); value != "" {
		return value
	}
	return fallback
}

func main() {
	flag.StringVar(&port, "port", getEnv("ECHO_PORT_NUMBER", "80"), "the port")
	_ = http.ListenAndServe(":"+port, nil)
}
`,
    },
    language: 'Go',
    port: 8080,
    command: ['/usr/local/bin/echo'],
    lines: ['ENV ECHO_PORT_NUMBER=8080'],
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
    questions: [/driver of SQLite/],
  },
  'node-workspace': {
    directory: 'packages/api',
    files: {
      'package.json': JSON.stringify({ private: true, workspaces: ['packages/*'] }),
      'package-lock.json': npmLock,
      'packages/api/package.json': manifest({
        name: '@shop/api',
        scripts: { start: 'node index.js' },
        engines: { node: '24' },
        dependencies: { koa: '^3.0.0' },
      }),
      'packages/api/index.js': "const Koa = require('koa');\nnew Koa().listen(4000);\n",
    },
    language: 'Node.js',
    framework: 'Koa',
    version: '24',
    port: 4000,
    command: ['node', 'index.js'],
    lines: ['COPY packages/api/package.json ./packages/api/', 'WORKDIR /app/packages/api'],
  },
  'python-flask': {
    files: {
      'requirements.txt': 'flask==3.1.0\npsycopg2==2.9.10\n',
      '.python-version': '3.12.4\n',
      'app.py': `import os
from flask import Flask

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]


@app.route("/health")
def health():
    return "ok"
`,
    },
    language: 'Python',
    framework: 'Flask',
    version: '3.12',
    port: 8000,
    command: ['gunicorn', 'app:app', '--bind', '0.0.0.0:8000', '--workers', '2'],
    health: '/health',
    variables: ['*SECRET_KEY'],
    lines: ['FROM python:3.12 AS build', 'FROM python:3.12-slim', 'USER 10001'],
    questions: [/adds gunicorn/],
  },
  'python-django-poetry': {
    files: {
      'pyproject.toml': `[tool.poetry]
name = "shop"
package-mode = false

[tool.poetry.dependencies]
python = ">=3.11,<3.14"
django = "^5.2"
gunicorn = "^23.0"
whitenoise = "^6.9"
`,
      'poetry.lock': '[metadata]\nlock-version = "2.1"\n',
      'manage.py': 'import sys\n',
      'shop/__init__.py': '',
      'shop/settings.py': 'STATIC_ROOT = "/app/static"\n',
      'shop/wsgi.py': 'application = object()\n',
    },
    language: 'Python',
    framework: 'Django',
    version: '3.13',
    port: 8000,
    command: ['gunicorn', 'shop.wsgi:application', '--bind', '0.0.0.0:8000', '--workers', '2'],
    lines: ['RUN python manage.py collectstatic --noinput'],
  },
  // As Heroku starts it: what the image has gathered is not gathered again below a root that is read-only.
  'python-django-that-gathers': {
    files: {
      'requirements.txt': 'Django==5.2.1\ngunicorn==23.0.0\nwhitenoise==6.9.0\n',
      'manage.py': 'import sys\n',
      Procfile: 'web: python manage.py migrate && python manage.py collectstatic --no-input && gunicorn shop.wsgi\n',
      'shop/__init__.py': '',
      'shop/settings.py': 'STATIC_ROOT = "/app/static"\nDEBUG = True\n',
      'shop/wsgi.py': 'application = object()\n',
    },
    language: 'Python',
    framework: 'Django',
    port: 8000,
    command: ['sh', '-c', 'python manage.py migrate && exec gunicorn shop.wsgi --bind 0.0.0.0:8000'],
    questions: [/DEBUG on/],
    lines: ['RUN python manage.py collectstatic --noinput'],
  },
  'python-django-that-demands': {
    files: {
      'requirements.txt': 'Django==5.2.1\ngunicorn==23.0.0\nwhitenoise==6.9.0\n',
      'manage.py': 'import sys\n',
      'shop/__init__.py': '',
      'shop/settings.py':
        'import os\n\nSTATIC_ROOT = "/app/static"\nSECRET_KEY = os.environ["SECRET_KEY"]\nSTOCK = os.environ["STOCK_URL"]\nNAME = os.environ.get("SHOP_NAME", "shop")\n',
      'shop/wsgi.py': 'application = object()\n',
    },
    language: 'Python',
    framework: 'Django',
    port: 8000,
    command: ['gunicorn', 'shop.wsgi:application', '--bind', '0.0.0.0:8000', '--workers', '2'],
    variables: ['*SECRET_KEY', 'SHOP_NAME', 'STOCK_URL'],
    questions: [/collectstatic .* without SECRET_KEY, STOCK_URL/],
    lines: ['RUN SECRET_KEY=unset STOCK_URL=http://localhost python manage.py collectstatic --noinput'],
  },
  'python-with-an-old-driver': {
    files: {
      'requirements.txt': 'flask==1.0.2\ngunicorn==20.0.4\npsycopg2==2.7.3\n',
      'app.py': 'from flask import Flask\n\napp = Flask(__name__)\n',
    },
    language: 'Python',
    framework: 'Flask',
    version: '3.7',
    port: 8000,
    command: ['gunicorn', 'app:app', '--bind', '0.0.0.0:8000', '--workers', '2'],
    questions: [/3\.7 gets no security updates/],
    found: [/maintenance\/end-of-life-base/, /maintenance\/end-of-life-base/],
  },
  'python-fastapi-standard': {
    files: {
      'requirements.txt': 'fastapi[standard]==0.128.0\n',
      'main.py': 'from fastapi import FastAPI\n\napp = FastAPI()\n',
    },
    language: 'Python',
    framework: 'FastAPI',
    port: 8000,
    command: ['uvicorn', 'main:app', '--host', '0.0.0.0', '--port', '8000'],
  },
  'python-fastapi-uv': {
    files: {
      'pyproject.toml':
        '[project]\nname = "api"\nversion = "1.0.0"\nrequires-python = ">=3.12"\ndependencies = ["fastapi>=0.115", "uvicorn[standard]>=0.34"]\n',
      'uv.lock': 'version = 1\n',
      'src/api/__init__.py': '',
      'src/api/main.py':
        'from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get("/healthz")\ndef healthz():\n    return {}\n',
    },
    language: 'Python',
    framework: 'FastAPI',
    port: 8000,
    command: ['uvicorn', 'api.main:app', '--host', '0.0.0.0', '--port', '8000'],
    health: '/healthz',
  },
  'bun-with-settings': {
    files: {
      'package.json':
        '{ "name": "api", "scripts": { "start": "bun index.ts" }, "dependencies": { "hono": "^4.0.0" } }\n',
      'bun.lock': '{ "lockfileVersion": 1 }\n',
      'bunfig.toml': '[install]\nexact = true\n',
      'index.ts':
        "import { Hono } from 'hono';\n\nconst app = new Hono();\n\nexport default { port: 3000, fetch: app.fetch };\n",
    },
    language: 'Node.js',
    port: 3000,
    command: ['bun', 'index.ts'],
    lines: ['COPY package.json bun.lock bunfig.toml ./'],
  },
  'python-fastapi-uv-dynamic': {
    files: {
      'pyproject.toml':
        '[project]\nname = "api"\nrequires-python = ">=3.12"\ndynamic = ["version", "dependencies"]\n\n[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n\n[tool.setuptools.dynamic]\nversion = {attr = "api.__version__"}\ndependencies = {file = ["requirements.txt"]}\n',
      'requirements.txt': 'fastapi\nuvicorn\n',
      'uv.lock':
        'version = 1\n\n[[package]]\nname = "api"\nsource = { editable = "." }\ndependencies = [\n    { name = "fastapi" },\n    { name = "uvicorn", extra = ["standard"] },\n    { name = "six" },\n]\n',
      'src/api/__init__.py': '__version__ = "1.0.0"\n',
      'src/api/main.py': 'from fastapi import FastAPI\n\napp = FastAPI()\n',
    },
    language: 'Python',
    framework: 'FastAPI',
    port: 8000,
    command: ['uvicorn', 'api.main:app', '--host', '0.0.0.0', '--port', '8000'],
    lines: [
      'RUN --mount=type=cache,target=/root/.cache/uv uv sync --frozen --no-dev --no-install-project',
      'RUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --no-dev --no-editable',
    ],
  },
  'python-fastapi-uv-workspace': {
    files: {
      'pyproject.toml':
        '[project]\nname = "api"\nversion = "1.0.0"\nrequires-python = ">=3.12"\ndependencies = ["fastapi", "uvicorn", "shared"]\n\n[tool.uv.sources]\nshared = { workspace = true }\n\n[tool.uv.workspace]\nmembers = ["shared"]\n',
      'uv.lock': 'version = 1\n',
      'main.py': 'from fastapi import FastAPI\n\napp = FastAPI()\n',
      'shared/pyproject.toml':
        '[project]\nname = "shared"\nversion = "1.0.0"\n\n[build-system]\nrequires = ["setuptools"]\n',
      'shared/src/shared/__init__.py': '',
    },
    language: 'Python',
    framework: 'FastAPI',
    port: 8000,
    command: ['uvicorn', 'main:app', '--host', '0.0.0.0', '--port', '8000'],
    lines: ['RUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --no-dev --no-editable'],
    found: [/cache\/copy-manifests-first/],
  },
  'python-flask-that-writes': {
    files: {
      'requirements.txt': 'flask==3.1.0\nflask-sqlalchemy==3.1.1\ngunicorn==23.0.0\n',
      '.flaskenv': 'FLASK_APP=shop.py\nFLASK_DEBUG=1\n',
      'shop.py': `import os
from flask import Flask

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///shop.db"
app.config["UPLOAD_FOLDER"] = "uploads"
os.makedirs("logs", exist_ok=True)
`,
    },
    language: 'Python',
    framework: 'Flask',
    port: 8000,
    command: ['gunicorn', 'shop:app', '--bind', '0.0.0.0:8000', '--workers', '2'],
    lines: ['RUN install -d -o 10001 -g 10001 /app/instance /app/logs /app/uploads', '    FLASK_APP=shop.py'],
    questions: [/into instance .* is kept in a volume/, /into uploads .* is kept in a volume/],
  },
  'python-procfile-of-two-commands': {
    files: {
      'requirements.txt': 'flask==3.1.0\ngunicorn==23.0.0\n',
      Procfile: 'web: python migrate.py && gunicorn app:app --workers 3\n',
      'app.py': 'from flask import Flask\n\napp = Flask(__name__)\n',
      'migrate.py': 'print("done")\n',
    },
    language: 'Python',
    framework: 'Flask',
    port: 8000,
    command: ['sh', '-c', 'python migrate.py && exec gunicorn app:app --workers 3 --bind 0.0.0.0:8000'],
  },
  'python-procfile-with-a-configured-server': {
    files: {
      'requirements.txt': 'flask==3.1.0\ngunicorn==23.0.0\n',
      Procfile: 'web: gunicorn --config gunicorn.conf.py app:app\n',
      'gunicorn.conf.py': 'workers = 2\n',
      'app.py': 'from flask import Flask\n\napp = Flask(__name__)\n',
    },
    language: 'Python',
    framework: 'Flask',
    port: 8000,
    command: ['gunicorn', '--config', 'gunicorn.conf.py', 'app:app'],
    lines: ['    PORT=8000'],
  },
  'python-bottle-that-serves-itself': {
    files: {
      'requirements.txt': 'bottle==0.13.4\n',
      'app.py': `from bottle import Bottle, run

app = Bottle()


@app.get("/")
def index():
    return "hello"


run(app, host="0.0.0.0", port=8000)
`,
    },
    language: 'Python',
    framework: 'Bottle',
    version: '3.13',
    port: 8000,
    command: ['python', 'app.py'],
  },
  'java-plain-in-package-example': {
    files: {
      'pom.xml': `<project>
  <groupId>org.example</groupId>
  <artifactId>shop</artifactId>
  <version>1.0</version>
  <properties><maven.compiler.release>21</maven.compiler.release></properties>
</project>
`,
      'src/main/java/org/example/Shop.java': `package org.example;

import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;

public class Shop {
  public static void main(String[] arguments) throws Exception {
    HttpServer.create(new InetSocketAddress(8080), 0).start();
  }
}
`,
    },
    language: 'Java',
    version: '21',
    port: 8080,
    command: ['java', '-XX:MaxRAMPercentage=75', '-cp', '/app/lib/*', 'org.example.Shop'],
  },
  'java-spring-maven': {
    files: {
      'pom.xml': `<project>
  <parent>
    <groupId>org.springframework.boot</groupId>
    <artifactId>spring-boot-starter-parent</artifactId>
    <version>3.5.0</version>
  </parent>
  <artifactId>shop</artifactId>
  <version>1.0.0</version>
  <properties>
    <java.version>21</java.version>
  </properties>
  <dependencies>
    <dependency>
      <groupId>org.springframework.boot</groupId>
      <artifactId>spring-boot-starter-actuator</artifactId>
    </dependency>
  </dependencies>
  <build>
    <plugins>
      <plugin>
        <groupId>org.springframework.boot</groupId>
        <artifactId>spring-boot-maven-plugin</artifactId>
      </plugin>
    </plugins>
  </build>
</project>
`,
      'src/main/java/shop/Shop.java':
        'package shop;\n\nclass Shop {\n  public static void main(String[] arguments) {}\n}\n',
      'src/main/resources/application.properties': 'server.port=9090\n',
    },
    language: 'Java',
    framework: 'Spring Boot',
    version: '21',
    port: 9090,
    command: ['java', '-XX:MaxRAMPercentage=75', '-jar', 'app.jar'],
    health: '/actuator/health/readiness',
    lines: [
      'FROM maven:3.9-eclipse-temurin-21 AS build',
      'FROM eclipse-temurin:21-jre',
      'COPY --from=build /app.jar ./app.jar',
    ],
  },
  'java-gradle-application': {
    files: {
      'build.gradle.kts':
        'plugins {\n  application\n}\njava { toolchain { languageVersion = JavaLanguageVersion.of(17) } }\napplication { mainClass.set("shop.Main") }\n',
      'settings.gradle.kts': 'rootProject.name = "shop"\n',
      'gradle/wrapper/gradle-wrapper.properties':
        'distributionUrl=https\\://services.gradle.org/distributions/gradle-8.10-bin.zip\n',
      gradlew: '#!/bin/sh\n',
      'src/main/java/shop/Main.java':
        'package shop;\n\npublic class Main {\n  public static void main(String[] arguments) throws Exception {\n    new java.net.ServerSocket(8088).accept();\n  }\n}\n',
    },
    language: 'Java',
    version: '17',
    port: 8088,
    command: ['java', '-XX:MaxRAMPercentage=75', '-cp', '/app/lib/*', 'shop.Main'],
  },
  'rust-axum': {
    files: {
      'Cargo.toml': '[package]\nname = "shop"\nversion = "0.3.0"\nedition = "2021"\n\n[dependencies]\naxum = "0.8"\n',
      'Cargo.lock': 'version = 4\n\n[[package]]\nname = "openssl-sys"\nversion = "0.9.104"\n',
      'src/main.rs': `fn main() {
    let key = std::env::var("API_KEY").expect("API_KEY");
    let listener = std::net::TcpListener::bind("0.0.0.0:3000").unwrap();
    let app = Router::new().route("/healthz", get(|| async { "ok" }));
}
`,
    },
    language: 'Rust',
    framework: 'axum',
    port: 3000,
    command: ['/usr/local/bin/shop'],
    health: '/healthz',
    variables: ['*API_KEY'],
    lines: ['FROM rust:1.98-trixie AS build', 'FROM debian:13-slim'],
  },
  'rust-with-options': {
    files: {
      'Cargo.toml': '[workspace]\nmembers = ["crates/*"]\n\n[workspace.package]\nversion = "1.4.0"\n',
      'Cargo.lock': '',
      'rust-toolchain.toml': '[toolchain]\nchannel = "1.95.0"\ncomponents = ["clippy"]\n',
      'crates/search/Cargo.toml':
        '[package]\nname = "search"\nversion.workspace = true\n\n[dependencies]\naxum = "0.8"\nclap = { version = "4", features = ["derive", "env"] }\nrust-embed = "8"\n',
      'crates/search/build.rs':
        'fn main() {\n    let commit = std::env::var("GIT_COMMIT").unwrap();\n    let root = std::env::var("CARGO_MANIFEST_DIR").unwrap();\n}\n',
      'crates/search/assets/logo.svg': '<svg/>',
      'crates/search/src/options.rs': `use clap::Parser;

const SEARCH_ADDR: &str = "SEARCH_ADDR";
const DEFAULT_ADDR: &str = "localhost:7700";
const DEFAULT_DB: &str = "./data.ms";

#[derive(Parser)]
pub struct Options {
    /// Where the index lies.
    #[clap(long, env = "SEARCH_DB_PATH", default_value_os_t = default_db())]
    pub db_path: PathBuf,
    #[clap(long, env = SEARCH_ADDR, default_value_t = default_addr())]
    #[serde(default)]
    pub addr: String,
    #[arg(long, env)]
    pub master_key: Option<String>,
    #[arg(long, env("SEARCH_LANGUAGE"))]
    pub language: String,
    #[arg(long, env = "SEARCH_WORKERS", default_value_t = 4)]
    pub workers: usize,
}

pub fn default_addr() -> String {
    DEFAULT_ADDR.to_string()
}

fn default_db() -> PathBuf {
    PathBuf::from(DEFAULT_DB)
}
`,
      'crates/search/src/main.rs': `#[derive(rust_embed::Embed)]
#[folder = "assets/"]
struct Assets;

#[tokio::main]
async fn main() {
    let options = Options::parse();
    signal(SignalKind::terminate());
    let app = Router::new().route("/health", get(health));
    axum::serve(TcpListener::bind(options.addr).await.unwrap(), app).await.unwrap();
}
`,
    },
    directory: 'crates/search',
    language: 'Rust',
    framework: 'axum',
    version: '1.95.0',
    port: 7700,
    command: ['/usr/local/bin/search'],
    health: '/health',
    variables: ['*MASTER_KEY', 'SEARCH_LANGUAGE', 'SEARCH_WORKERS'],
    questions: [/writes into \/data .* there is one replica/],
    lines: [
      '# Build with: docker build --tag search:1.4.0 --file crates/search/Dockerfile .',
      'FROM rust:1.95.0-trixie AS build',
      'ENV SEARCH_ADDR=0.0.0.0:7700 \\',
      '    SEARCH_DB_PATH=/data/data.ms',
      'COPY --from=build --chown=65532:65532 /out/data /data',
    ],
  },
  'dotnet-web': {
    files: {
      'shop.sln': '',
      'src/Shop/Shop.csproj':
        '<Project Sdk="Microsoft.NET.Sdk.Web">\n  <PropertyGroup>\n    <TargetFramework>net10.0</TargetFramework>\n  </PropertyGroup>\n  <ItemGroup>\n    <ProjectReference Include="..\\Core\\Core.csproj" />\n  </ItemGroup>\n</Project>\n',
      'src/Core/Core.csproj': '<Project Sdk="Microsoft.NET.Sdk">\n</Project>\n',
      'src/Core/Core.cs': 'class Core {}\n',
      'src/Shop/Program.cs':
        'var app = WebApplication.Create(args);\napp.MapGet("/healthz", () => "ok");\napp.Run();\n',
    },
    language: '.NET',
    framework: 'ASP.NET Core',
    version: '10.0',
    port: 8080,
    command: ['dotnet', 'Shop.dll'],
    health: '/healthz',
    lines: ['FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build', 'COPY Core/Core.csproj ./Core/', 'USER 1654'],
  },
  // Beside it a library with the framework, an application for hands, what starts all of it on a desk, and tests: none of them ships.
  'dotnet-worker': {
    files: {
      'global.json': '{ "sdk": { "version": "10.0.100", "rollForward": "latestFeature" } }\n',
      'nuget.config':
        '<configuration><packageSources><clear /><add key="nuget" value="https://api.nuget.org/v3/index.json" /></packageSources></configuration>\n',
      'Directory.Build.props': '<Project>\n  <Import Project="eng/Versions.props" />\n</Project>\n',
      'eng/Versions.props': '<Project />\n',
      'eng/Other.props': '<Project />\n',
      'src/Orders/Orders.csproj':
        '<Project Sdk="Microsoft.NET.Sdk.Worker">\n  <PropertyGroup>\n    <TargetFrameworks>net9.0;net10.0</TargetFrameworks>\n    <PublishAot>true</PublishAot>\n  </PropertyGroup>\n  <ItemGroup>\n    <ProjectReference Include="..\\Defaults\\Defaults.csproj" />\n  </ItemGroup>\n</Project>\n',
      'src/Orders/packages.lock.json': '{}\n',
      'src/Orders/Program.cs': 'Host.CreateApplicationBuilder(args).Build().Run();\n',
      'src/Defaults/Defaults.csproj':
        '<Project Sdk="Microsoft.NET.Sdk">\n  <ItemGroup>\n    <FrameworkReference Include="Microsoft.AspNetCore.App" />\n    <ProjectReference Include="../Deep/Deep.csproj" />\n  </ItemGroup>\n</Project>\n',
      'src/Deep/Deep.csproj': '<Project Sdk="Microsoft.NET.Sdk" />\n',
      'src/Phone/Phone.csproj':
        '<Project Sdk="Microsoft.NET.Sdk">\n  <PropertyGroup>\n    <TargetFrameworks>net10.0-android;net10.0</TargetFrameworks>\n    <OutputType>Exe</OutputType>\n    <UseMaui>true</UseMaui>\n  </PropertyGroup>\n</Project>\n',
      'src/AppHost/AppHost.csproj':
        '<Project Sdk="Aspire.AppHost.Sdk/13.1.0">\n  <PropertyGroup>\n    <OutputType>Exe</OutputType>\n    <TargetFramework>net10.0</TargetFramework>\n  </PropertyGroup>\n</Project>\n',
      'checks/Checks/Checks.csproj':
        '<Project Sdk="MSTest.Sdk/4.0.2">\n  <PropertyGroup>\n    <OutputType>Exe</OutputType>\n  </PropertyGroup>\n</Project>\n',
    },
    language: '.NET',
    version: '10.0',
    command: ['dotnet', 'Orders.dll'],
    lines: [
      'FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build',
      'COPY Directory.Build.props global.json nuget.config ./',
      'COPY eng/Versions.props ./eng/',
      'COPY src/Deep/Deep.csproj ./src/Deep/',
      'COPY src/Defaults/Defaults.csproj ./src/Defaults/',
      'COPY src/Orders/Orders.csproj src/Orders/packages.lock.json ./src/Orders/',
      'RUN --mount=type=cache,target=/root/.nuget/packages dotnet publish src/Orders/Orders.csproj --configuration Release --framework net10.0 --no-restore --output /out -p:UseAppHost=false -p:PublishAot=false',
      // The library's framework is the program's as well.
      'FROM mcr.microsoft.com/dotnet/aspnet:10.0',
    ],
  },
  'dotnet-named-by-its-directory': {
    files: {
      'Directory.Build.props':
        '<Project>\n  <PropertyGroup>\n    <AssemblyName>Acme.$(MSBuildProjectName)</AssemblyName>\n  </PropertyGroup>\n</Project>\n',
      'Api/paket.references': 'FSharp.Core\n',
      'paket.dependencies': 'source https://api.nuget.org/v3/index.json\n',
      'Api/Api.csproj':
        "<Project Sdk=\"Microsoft.NET.Sdk.Web\">\n  <PropertyGroup>\n    <TargetFramework Condition=\"'$(Configuration)' == 'Debug'\">net10.0</TargetFramework>\n    <TargetFramework Condition=\"'$(Configuration)' != 'Debug'\">net9.0</TargetFramework>\n  </PropertyGroup>\n</Project>\n",
      'Api/Program.cs': 'var app = WebApplication.Create(args);\napp.MapGet("/healthz", () => "ok");\napp.Run();\n',
    },
    language: '.NET',
    framework: 'ASP.NET Core',
    version: '10.0',
    port: 8080,
    command: ['dotnet', 'Acme.Api.dll'],
    health: '/healthz',
    // Paket reads files of its own.
    lines: [
      'RUN --mount=type=cache,target=/root/.nuget/packages dotnet publish Api/Api.csproj --configuration Release --output /out -p:UseAppHost=false',
    ],
    questions: [/by conditions: is net10\.0 that of a Release/],
  },
  'dotnet-named-by-nobody-knows': {
    files: {
      'Api.csproj': `<Project Sdk="Microsoft.NET.Sdk.Web">\n  <PropertyGroup>\n    <TargetFramework>net10.0</TargetFramework>\n    <AssemblyName>$(Company)$(Loop)$(Other).Api</AssemblyName>\n    <Loop>${'$(Loop)$(Other)'.repeat(24)}</Loop>\n    <Other>${'$(Loop)$(Other)'.repeat(24)}</Other>\n      </PropertyGroup>\n</Project>\n`,
      'Program.cs': 'var app = WebApplication.Create(args);\napp.MapGet("/healthz", () => "ok");\napp.Run();\n',
    },
    language: '.NET',
    framework: 'ASP.NET Core',
    port: 8080,
    command: ['dotnet', 'Api.dll'],
    health: '/healthz',
    questions: [/^The assembly is called \$\(Company\)/],
  },
  'dotnet-of-another-sdk': {
    files: {
      'global.json': '{\n  "sdk": {\n    "version": "10.0.102"\n  }\n}\n',
      'Directory.Build.props':
        '<Project>\n  <Import Project="$(RepositoryEngineeringDir)Common.props" />\n</Project>\n',
      'The Shop/Shop.csproj':
        '<Project Sdk="Microsoft.NET.Sdk">\n  <PropertyGroup>\n    <OutputType>Exe</OutputType>\n    <TargetFramework>net8.0</TargetFramework>\n  </PropertyGroup>\n</Project>\n',
      'The Shop/Program.cs': 'System.Console.WriteLine("hello");\n',
    },
    language: '.NET',
    version: '8.0',
    command: ['dotnet', 'Shop.dll'],
    lines: [
      // No newer feature band is taken, and the image of a line has its newest.
      'FROM mcr.microsoft.com/dotnet/sdk:10.0.102 AS build',
      // What is imported is not known, so that nothing is restored without it.
      "RUN --mount=type=cache,target=/root/.nuget/packages dotnet publish 'The Shop/Shop.csproj' --configuration Release --output /out -p:UseAppHost=false",
      'FROM mcr.microsoft.com/dotnet/runtime:8.0',
    ],
    questions: [/gets no security updates since/],
    found: [/end-of-life/],
  },
  'go-of-several': {
    files: {
      'go.mod': 'module example.com/shop\n\ngo 1.26\n',
      'cmd/api/main.go':
        'package main\n\nimport (\n\t"net/http"\n\t"os"\n\n\t"example.com/shop/internal/pages"\n)\n\nfunc main() {\n\thttp.HandleFunc("/healthz", pages.Health)\n\t_ = os.Getenv("SHOP_TITLE")\n\thttp.ListenAndServe(":8080", nil)\n}\n',
      'internal/pages/pages.go':
        'package pages\n\nimport (\n\t"net/http"\n\t"os"\n)\n\nvar style = os.Getenv("PAGE_STYLE")\n\nfunc Health(w http.ResponseWriter, r *http.Request) {}\n',
      'cmd/worker/main.go':
        'package main\n\nimport (\n\t"os"\n\n\t"example.com/shop/internal/orders"\n)\n\nfunc main() {\n\t_ = os.Getenv("WORKER_COUNT")\n\torders.Run()\n}\n',
      'internal/orders/orders.go': 'package orders\n\nimport "os"\n\nfunc Run() { _ = os.Getenv("QUEUE_NAME") }\n',
      '.env.example': 'SHOP_TITLE=Shop\nWORKER_COUNT=4\nQUEUE_NAME=orders\n',
    },
    choices: { start: 'cmd/api' },
    language: 'Go',
    port: 8080,
    command: ['/usr/local/bin/api'],
    health: '/healthz',
    // Not WORKER_COUNT and QUEUE_NAME, which the other program reads.
    variables: ['PAGE_STYLE', 'SHOP_TITLE'],
  },
  'dotnet-shared-properties': {
    files: {
      'Directory.Build.props':
        '<Project>\n  <PropertyGroup>\n    <NetVersion>net9.0</NetVersion>\n    <TargetFramework>$(NetVersion)</TargetFramework>\n  </PropertyGroup>\n</Project>\n',
      'Directory.Packages.props':
        '<Project>\n  <ItemGroup>\n    <PackageVersion Include="Serilog" Version="4.2.0" />\n  </ItemGroup>\n</Project>\n',
      'src/Shop/Shop.csproj':
        '<Project Sdk="Microsoft.NET.Sdk.Web">\n  <PropertyGroup>\n    <AssemblyName>$(MSBuildProjectName)</AssemblyName>\n  </PropertyGroup>\n</Project>\n',
      'src/Shop/Program.cs':
        'var app = WebApplication.Create(args);\napp.MapGet("/healthz", () => "ok");\napp.Run();\n',
    },
    language: '.NET',
    framework: 'ASP.NET Core',
    version: '9.0',
    port: 8080,
    command: ['dotnet', 'Shop.dll'],
    health: '/healthz',
    lines: ['FROM mcr.microsoft.com/dotnet/sdk:9.0 AS build', 'COPY Directory.Build.props Directory.Packages.props ./'],
    questions: [/gets no security updates since/],
    found: [/end-of-life/, /end-of-life/],
  },
  'dotnet-of-before': {
    files: {
      'Shop.csproj':
        '<Project Sdk="Microsoft.NET.Sdk.Web">\n  <PropertyGroup>\n    <TargetFramework>net6.0</TargetFramework>\n  </PropertyGroup>\n</Project>\n',
      'Program.cs': 'var app = WebApplication.Create(args);\napp.MapGet("/healthz", () => "ok");\napp.Run();\n',
    },
    language: '.NET',
    framework: 'ASP.NET Core',
    version: '6.0',
    port: 8080,
    command: ['dotnet', 'Shop.dll'],
    health: '/healthz',
    lines: [
      'FROM mcr.microsoft.com/dotnet/sdk:6.0 AS build',
      'FROM mcr.microsoft.com/dotnet/aspnet:6.0',
      'ENV DOTNET_EnableDiagnostics=0 \\',
      '    ASPNETCORE_URLS=http://+:8080 \\',
    ],
    questions: [/no security updates since/],
    found: [/end-of-life/, /end-of-life/],
  },
  'ruby-rails': {
    files: {
      Gemfile:
        'source "https://rubygems.org"\nruby "3.4.2"\ngem "rails", "~> 8.0"\ngem "pg"\ngem "puma"\ngem "propshaft"\n',
      'Gemfile.lock': 'GEM\n  specs:\n    pg (1.5.9)\n    puma (6.5.0)\n    rails (8.0.1)\n',
      'config/puma.rb': 'port ENV.fetch("PORT", 3000)\n',
      'config/routes.rb': 'Rails.application.routes.draw do\n  get "up" => "rails/health#show"\nend\n',
      'config/credentials.yml.enc': 'x\n',
      'app/models/order.rb': 'class Order\nend\n',
    },
    language: 'Ruby',
    framework: 'Rails',
    version: '3.4.2',
    port: 3000,
    command: ['bundle', 'exec', 'puma', '--config', 'config/puma.rb'],
    health: '/up',
    variables: ['*RAILS_MASTER_KEY'],
    lines: ['FROM ruby:3.4.2 AS build', 'FROM ruby:3.4.2-slim'],
  },
  'ruby-sinatra': {
    files: {
      Gemfile: 'source "https://rubygems.org"\ngem "sinatra"\ngem "puma"\n',
      'Gemfile.lock': 'GEM\n  specs:\n    puma (6.5.0)\n    sinatra (4.1.0)\n',
      'config.ru': 'require "./app"\nrun Sinatra::Application\n',
      'app.rb': 'require "sinatra"\nget "/" do\n  "hello"\nend\n',
    },
    language: 'Ruby',
    framework: 'Sinatra',
    port: 3000,
    command: ['bundle', 'exec', 'puma', '--bind', 'tcp://0.0.0.0:3000'],
  },
  'php-laravel': {
    files: {
      'composer.json': JSON.stringify(
        { require: { php: '^8.2', 'laravel/framework': '^12.0', 'ext-gd': '*' } },
        null,
        4,
      ),
      'composer.lock': '{}',
      'public/index.php': '<?php\n',
      'bootstrap/cache/.gitignore': '*\n!.gitignore\n',
      'storage/framework/sessions/.gitignore': '*\n!.gitignore\n',
      'app/Service.php': "<?php\n$mail = env('MAIL_HOST', 'localhost');\n",
    },
    language: 'PHP',
    framework: 'Laravel',
    version: '8.5',
    port: 8080,
    command: ['apache2-foreground'],
    variables: ['*APP_KEY', 'MAIL_HOST'],
    questions: [/writes into storage .* is kept in a volume/],
    lines: ['FROM php:8.5-apache', 'COPY --from=packages --chown=33:33 /app/storage ./storage/', 'USER 33'],
  },
  'php-without-packages': {
    files: {
      'composer.json': JSON.stringify({ require: { php: '>=8.1', 'ext-zend-opcache': '*' } }, null, 4),
      'composer.lock': JSON.stringify({ platform: { php: '>=8.1' }, 'platform-overrides': { php: '8.1' } }, null, 4),
      'index.php': '<?php\necho 1;\n',
    },
    language: 'PHP',
    version: '8.5',
    port: 8080,
    command: ['apache2-foreground'],
    lines: ['FROM php:8.5-apache', 'COPY . .'],
  },
  'php-with-committed-packages': {
    files: {
      'composer.json': JSON.stringify({ require: { php: '^8.2', 'slim/slim': '^4.0' } }, null, 4),
      'composer.lock': '{}',
      'vendor/autoload.php': '<?php\n',
      'index.php': "<?php\nrequire 'vendor/autoload.php';\n",
    },
    language: 'PHP',
    framework: 'Slim',
    port: 8080,
    command: ['apache2-foreground'],
    lines: ['COPY . .'],
  },
  'php-with-data-beside-its-pages': {
    files: {
      'index.php':
        "<?php\nmkdir('cache');\nfile_put_contents(__DIR__ . '/data/a.txt', 'x');\n$savedir = __DIR__ . '/data';\n",
      'data/first.txt': 'first\n',
    },
    language: 'PHP',
    port: 8080,
    command: ['apache2-foreground'],
    questions: [/What the program writes into data .* is kept in a volume/],
  },
  'python-with-lists-that-it-changes': {
    files: {
      'requirements.txt': 'flask==3.1.3\ngunicorn==23.0.0\n',
      'shop/__init__.py':
        'import os\nfrom flask import Flask\n\napp = Flask(__name__)\nHERE = os.path.dirname(__file__)\nos.makedirs(os.path.join(HERE, "lists"))\nDATA = os.environ.get("SHOP_DATA_DIR", os.path.dirname(HERE))\n',
      'shop/lists/first.json': '{}\n',
    },
    language: 'Python',
    framework: 'Flask',
    port: 8000,
    command: ['gunicorn', 'shop:app', '--bind', '0.0.0.0:8000', '--workers', '2'],
    lines: ['    SHOP_DATA_DIR=/data', 'RUN install -d -o 10001 -g 10001 /app/shop/lists /data'],
    questions: [/into shop\/lists .* goes with its pod/, /place that SHOP_DATA_DIR names .* is kept in a volume/],
  },
  'php-in-one-file': {
    files: { 'files.php': '<?php\necho 1;\n', 'translation.json': '{}' },
    language: 'PHP',
    port: 8080,
    command: ['apache2-foreground'],
  },
  'node-workspace-without-lock-file': {
    directory: 'apps/api',
    files: {
      'package.json': JSON.stringify({ name: 'all', private: true, workspaces: ['apps/*', 'packages/*'] }),
      'packages/prices/package.json': JSON.stringify({ name: '@shop/prices', version: '1.0.0', main: 'index.js' }),
      'packages/prices/index.js': 'module.exports = 1;\n',
      'apps/api/package.json': manifest({
        scripts: { start: 'node server.js' },
        dependencies: { express: '^5.1.0', '@shop/prices': '*' },
      }),
      'apps/api/server.js': "require('express')().listen(process.env.PORT || 3000);\n",
    },
    language: 'Node.js',
    framework: 'Express',
    port: 3000,
    command: ['node', 'server.js'],
    lines: [
      'COPY packages/prices/package.json ./packages/prices/',
      'COPY apps/api/package.json ./apps/api/',
      'WORKDIR /app/apps/api',
    ],
    questions: [/no lock file/],
  },
  'pages-that-are-built-beside-their-directory': {
    files: {
      'package.json': manifest({
        scripts: { build: 'vite build --outDir ../public' },
        devDependencies: { vite: '^7.0.0' },
      }),
      'package-lock.json': npmLock,
      'index.html': '<h1>hello</h1>\n',
    },
    language: 'Node.js',
    framework: 'Vite',
    port: 8080,
    command: [],
    health: '/',
    lines: ['COPY --from=build /public/ /usr/share/nginx/html/'],
  },
  'go-workspace': {
    directory: 'services/api',
    files: {
      'go.work': 'go 1.25\n\nuse (\n\t./services/api\n\t./lib\n)\n',
      'lib/go.mod': 'module example.com/lib\n',
      'lib/lib.go': 'package lib\n',
      'services/api/go.mod': 'module example.com/api\n\ngo 1.25\n\nrequire example.com/lib v0.0.0\n',
      'services/api/main.go':
        'package main\n\nimport "net/http"\n\nfunc main() {\n\thttp.ListenAndServe(":8081", nil)\n}\n',
    },
    language: 'Go',
    port: 8081,
    command: ['/usr/local/bin/api'],
    lines: ['COPY . .', 'WORKDIR /src/services/api'],
  },
  'rust-tiny-http': {
    directory: 'crates/api',
    files: {
      'Cargo.toml': '[workspace]\nmembers = ["crates/*"]\n',
      'Cargo.lock': 'version = 4\n',
      'crates/api/Cargo.toml':
        '[package]\nname = "api"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\ntiny_http = "0.12"\n',
      'crates/api/src/main.rs': 'fn main() {\n    tiny_http::Server::http("0.0.0.0:7070").unwrap();\n}\n',
    },
    language: 'Rust',
    framework: 'tiny_http',
    port: 7070,
    command: ['/usr/local/bin/api'],
  },
  'static-pages': {
    files: { 'index.html': '<h1>hello</h1>\n', 'style/main.css': 'h1 {}\n' },
    language: 'static pages',
    port: 8080,
    command: [],
    health: '/',
    lines: ['FROM nginxinc/nginx-unprivileged:1.30-alpine', 'COPY . /usr/share/nginx/html/'],
  },
};
