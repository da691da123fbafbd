import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
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

const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-keys-'));
afterAll(() => rmSync(scratch, { recursive: true }));

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
    [
      'the secret half of a key of AWS wherever its name stands',
      'app/config/credentials',
      `[default]\naws_access_key_id = ${aws}\naws_secret_access_key = ${mixed.slice(0, 40)}\n`,
      ['AWS access key id, certain, 2', 'AWS secret key, certain, 3'],
    ],
    [
      'in a script',
      'srv/deploy.sh',
      `export AWS_SECRET_ACCESS_KEY="${mixed.slice(0, 40)}"\n`,
      ['AWS secret key, certain, 1'],
    ],
    [
      'in code that sets it',
      'srv/main.go',
      `os.Setenv("AWS_SECRET_ACCESS_KEY", "${mixed.slice(0, 40)}")\n`,
      ['AWS secret key, certain, 1'],
    ],
    ['in JSON', 'srv/x.json', `{"secretAccessKey":"${mixed.slice(0, 40)}"}`, ['AWS secret key, certain, 1']],
    [
      'a token of Terraform on one line',
      'root/.terraform.d/credentials.tfrc.json',
      `{"credentials":{"app.terraform.io":{"token":"${mixed}"}}}`,
      ['registry token, certain, 1'],
    ],
    [
      'tokens of the Azure CLI',
      'root/.azure/accessTokens.json',
      `[{"refreshToken":"${mixed}"}]`,
      ['cloud credentials, certain, 1'],
    ],
    ['the master key of Rails', 'app/config/master.key', `${'0a9b8c7d'.repeat(4)}\n`, ['Rails master key, certain, 1']],
    ['settings of Rails', 'app/config/database.yml', 'production:\n  password: x9Yk2mQ7\n', ['password, likely, 2']],
    [
      'settings of .NET',
      'app/appsettings.Production.json',
      '{"ConnectionStrings":{"Db":"Server=db;User Id=shop;Password=x9Yk2mQ7;"},\n"Jwt":{"SecretKey":"x9Yk2mQ7Lk4Mv8Nw1Pb6Jc3Hd5Gf0Sy"}}',
      ['password, likely, 1', 'secret value, likely, 2'],
    ],
    [
      'properties of Spring',
      'app/config/application-prod.properties',
      'spring.datasource.username=shop\nspring.datasource.password=x9Yk2mQ7\n#app.api-key=x9Yk2mQ7Lk4Mv8\r\napp.api-key = x9Yk2mQ7Lk4Mv8\r\n',
      ['password, likely, 2', 'secret value, likely, 4'],
    ],
    [
      'an address of a driver of Java',
      'app/application.properties',
      'spring.datasource.url=jdbc:mysql://db:3306/shop?user=shop&password=x9Yk2mQ7&useSSL=true\n',
      ['password in a connection string, likely, 1'],
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
    [
      'the example of AWS, in its own file',
      'home/app/.aws/credentials',
      'aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n',
    ],
    [
      'what a name of AWS stands before and is none',
      'app/x.py',
      `secret_access_key = os.environ["AWS_SECRET_ACCESS_KEY"]\nsecret_access_key: ${'a'.repeat(40)}\nsecret_access_key=${mixed}${mixed}\n`,
    ],
    ['a name as long as a key of AWS', 'app/x.js', '{secretAccessKey:configurationServiceProviderFactoryValue}'],
    ['a place-holder as long as one', 'srv/x.sh', 'AWS_SECRET_ACCESS_KEY=YOUR/AWS/SECRET/ACCESS/KEY/GOES/RIGHT/HE\n'],
    ['one that only begins as one', 'srv/x.sh', `AWS_SECRET_ACCESS_KEY="ChangeMe2/${mixed.slice(0, 30)}"\n`],
    ['a checksum as long as one', 'srv/x.sh', `AWS_SECRET_ACCESS_KEY=${'0a9b8c7d'.repeat(5)}\n`],
    ['a master key of Rails’ own test application', 'app/test/dummy/config/master.key', '0a9b8c7d'.repeat(4)],
    [
      'what is filled in when settings of .NET are deployed',
      'app/appsettings.json',
      '{"Db":"Server=db;Password=__DB_PASSWORD__;","Jwt":{"SecretKey":"__JWT_SECRET__"}}',
    ],
    [
      'what Rails and .NET read from elsewhere',
      'app/config/database.yml',
      'production:\n  password: <%= ENV["DB_PASSWORD"] %>\n  pool: 5\n',
    ],
    [
      'settings of .NET without a literal',
      'app/appsettings.json',
      '{"ConnectionStrings":{"Db":"Server=db;Password=${DB_PASSWORD};","X":"Server=(localdb);Trusted_Connection=True"},"Token":{"Length":"32"}}',
    ],
    [
      'an address of a driver of Java, with a usual password or one from elsewhere',
      'app/application.properties',
      'a.url=jdbc:mysql://db/shop?user=root&password=root1\nb.url=jdbc:mysql://db/shop?password=DB_PASSWORD\nc.password=vault:secret/shop#x9Yk2mQ7\n',
    ],
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

  const store = (magic: number, ...entries: readonly number[]) =>
    Buffer.concat([
      u32(magic),
      u32(2),
      u32(entries.length),
      ...entries.map((tag) =>
        Buffer.concat([
          u32(tag),
          Buffer.from('\0\x01a'),
          Buffer.alloc(8),
          Buffer.from('\0\x05X.509'),
          u32(3),
          Buffer.alloc(3),
        ]),
      ),
    ]);
  const u32 = (value: number) =>
    Buffer.from([value >>> 24, value >>> 16, value >>> 8, value].map((byte) => byte & 0xff));
  const bytesFound = (path: string, bytes: Buffer) =>
    findFileSecrets(path, bytes).map(({ kind, certainty }) => `${kind}, ${certainty}`);
  const openssl = (...args: readonly string[]) => spawnSync('openssl', args, { cwd: scratch });

  test.each<[string, string, Buffer, string[]]>([
    ['of Java with a private key', 'srv/app.jks', store(0xfeedfeed, 1), ['key store, likely']],
    [
      'of Java with a private key behind certificates',
      'srv/app.keystore',
      store(0xfeedfeed, 2, 2, 1),
      ['key store, likely'],
    ],
    ['of Java with a secret key', 'srv/app.jceks', store(0xcececece, 3), ['key store, likely']],
    ['of Java with trusted certificates alone', 'srv/trust.jks', store(0xfeedfeed, 2, 2), []],
    ['of Java that is cut off', 'srv/app.jks', store(0xfeedfeed, 2, 2).subarray(0, 30), []],
    ['of a package', 'usr/share/java/x/app.jks', store(0xfeedfeed, 1), []],
    ['of tests', 'app/tests/app.jks', store(0xfeedfeed, 1), []],
    ['that is none', 'srv/app.p12', Buffer.from('\0\x01'), []],
  ])('a key store %s', (_, path, bytes, expected) => {
    expect(bytesFound(path, bytes)).toEqual(expected);
  });

  test('keys and certificates as openssl writes them are told apart', (context) => {
    if (openssl('version').status !== 0) context.skip('openssl is missing');
    const made = (name: string) => readFileSync(path.join(scratch, name));
    for (const args of [
      'req -x509 -newkey rsa:2048 -nodes -subj /CN=a -keyout k.pem -out c.pem -days 1',
      'pkcs12 -export -inkey k.pem -in c.pem -passout pass:x9Yk2mQ7 -out key.p12',
      'pkcs12 -export -nokeys -in c.pem -passout pass:x9Yk2mQ7 -out trust.p12',
      'pkcs8 -topk8 -nocrypt -in k.pem -outform DER -out pkcs8.der',
      'pkcs8 -topk8 -in k.pem -outform DER -passout pass:x9Yk2mQ7 -out secured.der',
      'pkcs8 -topk8 -v1 PBE-SHA1-3DES -in k.pem -outform DER -passout pass:x9Yk2mQ7 -out old.der',
      'rsa -in k.pem -outform DER -traditional -out pkcs1.der',
      'rsa -in k.pem -pubout -outform DER -out public.der',
      'x509 -in c.pem -outform DER -out cert.der',
      'ecparam -name prime256v1 -genkey -noout -outform DER -out ec.der',
    ])
      expect(openssl(...args.split(' ')).status, args).toBe(0);
    expect(bytesFound('srv/tls.p12', made('key.p12'))).toEqual(['key store, likely']);
    expect(bytesFound('srv/trust.pfx', made('trust.p12'))).toEqual([]);
    for (const name of ['pkcs8.der', 'secured.der', 'old.der', 'pkcs1.der', 'ec.der'])
      expect(bytesFound(`srv/${name}`, made(name)), name).toEqual(['private key, likely']);
    for (const name of ['public.der', 'cert.der']) expect(bytesFound(`srv/${name}`, made(name)), name).toEqual([]);
  });

  // OpenSSL 3 writes those of PBES1 with parts that are not everywhere: RFC 8018, appendix A.3.
  test.each([1, 3, 4, 6, 10, 11])('a private key that is encrypted as PBES1 %i says is one', (algorithm) => {
    const head = Buffer.from([0x30, 0x82, 1, 0, 0x30, 0x1b, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, algorithm]);
    expect(bytesFound('srv/old.p8', Buffer.concat([head, Buffer.alloc(60)]))).toEqual(['private key, likely']);
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
