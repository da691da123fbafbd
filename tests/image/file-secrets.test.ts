import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tokenMarks } from '../../src/core/secret-text.ts';
import { findFileSecrets } from '../../src/image/internal/file-secrets.ts';
import { type Mark, markScan } from '../../src/image/internal/mark-scan.ts';

// Made here, so that no scanner finds them in this file.
const mixed = 'q7Rt2Xz9Lk4Mv8Nw1Pb6Jc3Hd5Gf0SyAeUoIiTrEw';
const github = `ghp_${mixed.slice(0, 36)}`;
const aws = `AKIA${'Q7RT2XZ7LK4MV6NW'}`;
const key = (kind: string) =>
  [
    `-----BEGIN ${kind}PRIVATE KEY-----`,
    ...Array.from({ length: 4 }, (_, at) => `${at}${mixed}${mixed}`.slice(0, 64)),
    `-----END ${kind}PRIVATE KEY-----`,
    '',
  ].join('\n');
const jwt = (payload: string) => `eyJhbGciOiJIUzI1NiJ9.eyJ${payload}.${mixed}`;

const found = (path: string, text: string) =>
  findFileSecrets(path, Buffer.from(text)).map(({ kind, certainty, line }) => `${kind}, ${certainty}, ${line}`);

describe('a secret in a file', () => {
  test.each<[string, string, string, string[]]>([
    ['a token among other text', 'app/config.js', `a\nb\nconst t = "${github}";\n`, ['GitHub token, certain, 3']],
    ['a token at an odd place', 'app/config.js', `ab${' '.repeat(5)}"${github}"`, ['GitHub token, certain, 1']],
    ['a key of AWS', 'srv/x.ini', `id=${aws}`, ['AWS access key id, certain, 1']],
    ['two on one line', 'srv/x.ini', `${aws} ${github}`, ['AWS access key id, certain, 1', 'GitHub token, certain, 1']],
    ['a private key', 'etc/tls/key.pem', key('RSA '), ['private key, certain, 1']],
    ['a private key of OpenSSH', 'root/.ssh/id_rsa', key('OPENSSH '), ['private key, certain, 1']],
    [
      'a private key in JSON',
      'srv/account.json',
      JSON.stringify({ private_key: key('') }),
      ['private key, certain, 1'],
    ],
    ['a private key of a test', 'app/tests/key.pem', key(''), ['private key, likely, 1']],
    [
      'a password in a URL',
      'app/settings.py',
      'DB = "postgres://app:x9Yk2mQ@db.internal/app"',
      ['password in a URL, likely, 1'],
    ],
    ['a token of JSON', 'app/x.txt', jwt('pc3MiOiJtZSJ9'), ['JSON web token, likely, 1']],
    [
      '.npmrc',
      'root/.npmrc',
      `registry=https://r/\n//r.internal/:_authToken=${mixed}\n`,
      ['npm credentials, certain, 2'],
    ],
    [
      '.netrc',
      'root/.netrc',
      'machine git.internal\nlogin bot\npassword x9Yk2mQ\n',
      ['password in .netrc, certain, 3'],
    ],
    [
      '.docker/config.json',
      'root/.docker/config.json',
      '{"auths":{"r.internal":{"auth":"Ym90Ong5WWsybVE="}}}',
      ['registry credentials, certain, 1'],
    ],
    [
      'kubeconfig',
      'root/.kube/config',
      `users:\n- user:\n    token: ${mixed}\n`,
      ['Kubernetes credentials, certain, 3'],
    ],
    [
      '.aws/credentials',
      'root/.aws/credentials',
      `[default]\naws_secret_access_key = ${mixed.slice(0, 40)}\n`,
      ['AWS secret key, certain, 2'],
    ],
    ['.env', 'app/.env', '# local\nDB_PASSWORD=x9Yk2mQ7\nPORT=80\n', ['password, likely, 2']],
    ['.env.production', 'app/.env.production', 'export API_KEY="x9Yk2mQ7Lk4Mv8"\n', ['secret value, likely, 1']],
    [
      'a URL in .env, once',
      'app/.env',
      'DATABASE_URL="postgres://app:x9Yk2mQ@db.internal/app"\n',
      ['password in a URL, certain, 1'],
    ],
    ['a token in .env, once', 'app/.env', `GITHUB_TOKEN='${github}'\n`, ['GitHub token, certain, 1']],
    [
      'Maven settings',
      'root/.m2/settings.xml',
      '<server>\n<password>x9Yk2mQ</password></server>',
      ['Maven password, certain, 2'],
    ],
    [
      'Maven settings that lie elsewhere, without their samples',
      'build/settings.xml',
      '<!-- <password>Gx82kLqP</password>\n--><password>${env.REPO}</password>\n<password>x9Yk2mQ</password>',
      ['Maven password, certain, 3'],
    ],
    [
      'one whose name begins as a language’s',
      'usr/src/python-shop/.env',
      'DB_PASSWORD=x9Yk2mQ7\n',
      ['password, likely, 1'],
    ],
    ['an application in /usr/src', 'usr/src/app/.env', 'DB_PASSWORD=x9Yk2mQ7\n', ['password, likely, 1']],
    ['pages of nginx', 'usr/share/nginx/html/config.js', `"${github}"`, ['GitHub token, certain, 1']],
    ['.pgpass', 'root/.pgpass', 'db:5432:app:bot:x9Yk2mQ\n', ['PostgreSQL password, certain, 1']],
    ['/etc/shadow', 'etc/shadow', 'root:*:1\nbot:$6$abcdefgh$0123456789abcdef:1:\n', ['password hash, certain, 2']],
    ['a key store', 'srv/tls.p12', '\0\x01', ['key store, likely, undefined']],
    [
      'properties of Spring',
      'app/config/application-prod.properties',
      'spring.datasource.username=shop\nspring.datasource.password=x9Yk2mQ7\n#app.api-key=x9Yk2mQ7Lk4Mv8\r\napp.api-key = x9Yk2mQ7Lk4Mv8\r\n',
      ['password, likely, 2', 'secret value, likely, 4'],
    ],
    [
      'YAML of Spring',
      'app/application.yml',
      'spring:\n  datasource:\n    password: "x9Yk2mQ7" # of the shop\njwt:\n  secret: x9Yk2mQ7Lk4Mv8Nw1\n',
      ['password, likely, 3', 'secret value, likely, 5'],
    ],
    [
      'settings of Django',
      'srv/shop/settings/production.py',
      `SECRET_KEY = 'l+(969l6%5l@5f*$vl^=nmrb0+u!2y$$*&etm8+&^#5'\nDATABASES = {\n    'default': {\n        'PASSWORD': "x9Yk2mQ7",\n    }\n}\n`,
      ['secret key of sessions, likely, 1', 'password, likely, 4'],
    ],
    [
      'wp-config.php',
      'var/www/html/wp-config.php',
      `<?php\ndefine( 'DB_PASSWORD', 'x9Yk2mQ7' );\ndefine('AUTH_KEY', '|pRf)=4[{Wz}8<k$Lq>2&vN!x7;mB@c#Yd%3^Gh*9_Tj');\n`,
      ['password, likely, 2', 'secret key of sessions, likely, 3'],
    ],
  ])('is found: %s', (_, path, text, expected) => {
    expect(found(path, text)).toEqual(expected);
  });

  test.each<[string, string, string]>([
    ['in a package of npm', 'app/node_modules/stripe/README.md', github],
    ['in documentation of a distribution', 'usr/share/doc/x/README', github],
    ['a test key in a package', 'usr/lib/python3/dist-packages/x/tests/key.pem', key('')],
    ['a key in a package that a program tests itself with', 'app/node_modules/x/lib/selftest.js', key('')],
    ['a key of Go’s own tests', 'usr/local/go/src/crypto/x509/platform_root_key.pem', key('EC ')],
    ['a key in a module of Go', 'go/pkg/mod/example.org/x@v1.0.0/server.key', key('')],
    ['a URL in documents', 'opt/doc/pip/authentication.md', 'https://bot:x9Yk2mQ@pypi.company.com/simple'],
    ['the example of AWS', 'app/x', 'AKIAIOSFODNN7EXAMPLE'],
    ['a place-holder', 'app/x', `ghp_${'x'.repeat(36)}`],
    ['the token of jwt.io', 'app/x', jwt('zdWIiOiIxMjM0NTY3ODkwIn0')],
    ['a line of a program that reads keys', 'app/x.js', 'if (t.includes("-----BEGIN PRIVATE KEY-----")) return;'],
    ['a public key', 'app/x.pem', key('').replaceAll('PRIVATE', 'PUBLIC')],
    ['a checksum', 'app/package-lock.json', `"integrity": "sha512-${mixed}${mixed}=="`],
    ['a URL with a usual password', 'app/README.md', 'postgres://user:password@localhost/db'],
    ['a URL of one’s own machine', 'app/settings.py', 'postgres://shop:shop@localhost:5432/shop'],
    ['a URL of an example', 'app/README.md', 'https://bot:x9Yk2mQ@git.example.com'],
    ['a variable in .npmrc', 'app/.npmrc', `//r/:_authToken=\${NPM_TOKEN}\n`],
    ['a template of an environment', 'app/.env.example', 'DB_PASSWORD=x9Yk2mQ7\n'],
    [
      'words with a mark in them',
      'app/x.css',
      '.task-list-item-container-with-long-name{} --disk-usage-percentage-total',
    ],
    [
      'what Spring reads from elsewhere',
      'app/application.properties',
      'a.password=${DB_PASSWORD:x9Yk2mQ7}\nb.password={cipher}0a9b8c7d6e\nc.password=ENC(x9Yk2mQ7)\nd.password=\ne.password=root\nf.password-encoder=bcrypt10\ng.token-url=https://x9Yk2mQ7\nh.password=yourpassword\ni.password=configPassword\nj.secret=mall-admin-secret\nk.secret=[CLIENT_SECRET]\n',
    ],
    ['a profile of tests', 'app/application-test.yml', 'spring:\n  datasource:\n    password: x9Yk2mQ7\n'],
    [
      'YAML that holds no literal',
      'app/application.yml',
      'password:\n  min-length: 12\nsecret: ${SECRET}\ntoken: !ref x9Yk2mQ7Lk4Mv8\npassword: *anchor\npassword: "<secret>"\n',
    ],
    [
      'what Django reads from elsewhere',
      'srv/shop/settings.py',
      `SECRET_KEY = os.environ["SECRET_KEY"]\nSECRET_KEY = env('SECRET_KEY', default='l+(969l6%5l@5f*$vl^=nmrb0+u!2y$$*&etm8+&^#5')\nSECRET_KEY = 'not-a-secret&zbldkgh^t36tqa@$e*-16asoa!u(%$'\nSECRET_KEY = '{{ secret_key }}'\n'PASSWORD': POSTGRES_PW,\n'PASSWORD': '',\n'PASSWORD': 'password123',\nPASSWORD_HASHERS = ['x']\nCSRF_COOKIE_NAME = 'token'\n`,
    ],
    [
      'the sample of WordPress, and what reads variables',
      'var/www/html/wp-config.php',
      `define( 'DB_PASSWORD', 'password_here' );\ndefine( 'AUTH_KEY', 'put your unique phrase here' );\ndefine( 'DB_PASSWORD', getenv_docker('WORDPRESS_DB_PASSWORD', 'x9Yk2mQ7') );\ndefine( 'DB_PASSWORD', 'root' );\n// define( 'DB_PASSWORD', 'x9Yk2mQ7' );\n`,
    ],
    ['settings in a package', 'usr/lib/python3/dist-packages/x/settings.py', `PASSWORD = "x9Yk2mQ7"\n`],
    ['a locked account', 'etc/shadow', 'root:!:1:\napp::1:\n'],
    ['what is no text', 'app/x.bin', `\0\0${github}`],
  ])('is not found: %s', (_, path, text) => {
    expect(found(path, text)).toEqual([]);
  });

  test('never keeps a value', () => {
    expect(JSON.stringify(findFileSecrets('app/x', Buffer.from(`${github}\n${key('')}`)))).not.toMatch(/ghp_|q7Rt/);
  });

  test.each([
    ['app/settings.py', `SECRET_X = "x9Yk2mQ7"${' '.repeat(2e6)}x`],
    ['app/settings.py', `${' '.repeat(2e6)}x`],
    ['application.properties', `password${' '.repeat(2e6)}x`],
    ['application.yml', `password:${' '.repeat(2e6)}#`],
    ['wp-config.php', `define(${' '.repeat(2e6)}x`],
  ])('takes time that grows with the file alone: %s', (path, text) => {
    const started = performance.now();
    found(path, text);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test('no more than a few are told of one file', () => {
    expect(found('app/x', `${github}\n`.repeat(1000)).length).toBeLessThanOrEqual(20);
  });
});

describe('the search for marks', () => {
  const marks: Mark[] = tokenMarks().map((text) => ({ text, run: 0, boundary: false }));
  const scan = markScan(marks);

  test('finds what a plain search finds, wherever it stands', () => {
    const words = fc.oneof(fc.constantFrom(...marks.map(({ text }) => text)), fc.string({ maxLength: 9 }));
    fc.assert(
      fc.property(fc.array(words, { maxLength: 30 }), (parts) => {
        const text = Buffer.from(parts.join(''), 'utf8').toString('latin1');
        const seen = new Set<string>();
        scan(Buffer.from(text, 'latin1'), (at, { text: mark }) => {
          seen.add(`${at} ${mark}`);
          return true;
        });
        const expected = new Set<string>();
        for (const { text: mark } of marks)
          for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1)) expected.add(`${at} ${mark}`);
        expect(seen).toEqual(expected);
      }),
    );
  });
});
