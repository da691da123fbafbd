import { describe, expect, it } from 'vitest';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';
import { readStaticServer } from '../../src/repairs/multi-stage/static-server.ts';

function read(command: string, port?: string) {
  const dockerfile = parseDockerfile({ path: 'Dockerfile', text: `FROM node\nCMD ${command}\n`, encoding: 'utf-8' });
  const cmd = dockerfile.final?.instructions.at(-1);
  const [program] = (cmd && dockerfile.script(cmd)?.commands) ?? [];
  return program && readStaticServer(program, (name) => (name === 'PORT' ? port : undefined));
}

describe('a program that serves files', () => {
  it.each([
    ['serve -s build', undefined, { directory: 'build', port: 3000, singlePage: true, anyOrigin: false }],
    ['["serve", "-s", "dist", "-l", "5000"]', undefined, { directory: 'dist', port: 5000, singlePage: true }],
    ['serve -l tcp://0.0.0.0:80 public', undefined, { directory: 'public', port: 80, singlePage: false }],
    ['npx serve -C out', '8000', { directory: 'out', port: 8000, anyOrigin: true }],
    ['http-server dist -p 80 -c-1 --cors', undefined, { directory: 'dist', port: 80, anyOrigin: true }],
    ['http-server ./dist -a 0.0.0.0', undefined, { directory: './dist', port: 8080 }],
    ['http-server -d false dist -i True', undefined, { directory: 'dist', port: 8080 }],
    ['python3 -m http.server', undefined, { directory: undefined, port: 8000 }],
    ['python -m http.server 80 --directory site', undefined, { directory: 'site', port: 80 }],
    ['["python", "-m", "SimpleHTTPServer", "9000"]', undefined, { directory: undefined, port: 9000 }],
  ])('%s', (command, port, expected) => {
    expect(read(command, port)).toMatchObject(expected);
  });

  it.each([
    ['a proxy', 'http-server dist --proxy http://api'],
    ['certificates', 'http-server dist -S'],
    ['no directory for http-server, which may serve public', 'http-server'],
    ['a configuration of its own', 'serve -c serve.json build'],
    ['a port that is no number', 'serve -l unix:/run/site.sock build'],
    ['CGI', 'python3 -m http.server --cgi'],
  ])('is not known with %s', (_, command) => {
    expect(read(command)).toHaveProperty('refusal');
  });

  it.each(['node server.js', 'ng serve', 'python app.py', 'nginx -g "daemon off;"'])('%s is none', (command) => {
    expect(read(command)).toBeUndefined();
  });
});
