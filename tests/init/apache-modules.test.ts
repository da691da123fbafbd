import { describe, expect, test } from 'vitest';
import { writeDockerfile } from '../../src/init/writers/dockerfile.ts';
import { plansOf } from './plans-of.ts';

const dockerfileOf = (files: Readonly<Record<string, string>>) => {
  const [plan] = plansOf(files);
  return plan ? writeDockerfile(plan) : '';
};

describe('A module of Apache is switched on where a .htaccess needs it', () => {
  test.each([
    ['RewriteEngine On\nRewriteRule ^(.+)$ index.php?page=$1 [L]\n', 'a2enmod rewrite'],
    ['<IfModule mod_rewrite.c>\n  rewriteengine on\n</IfModule>\n', 'a2enmod rewrite'],
    ['Header set X-Frame-Options DENY\nExpiresActive On\n', 'a2enmod headers expires'],
  ])('%j: %s', (text, command) => {
    const dockerfile = dockerfileOf({ 'index.php': '<?php echo 1;', '.htaccess': text });
    expect(dockerfile).toContain(`RUN ${command}\n`);
    expect(dockerfile).toMatch(/stand in \.htaccess:\d\b/);
  });

  test.each([
    ['Options -Indexes\nDirectoryIndex index.php\n', '.htaccess'],
    ['# RewriteEngine On\n', '.htaccess'],
    ['<Files "settings">\n  Require all denied\n</Files>\n', 'data/.htaccess'],
  ])('not for %j in %s', (text, path) => {
    expect(dockerfileOf({ 'index.php': '<?php echo 1;', [path]: text })).not.toContain('a2enmod');
  });

  test('below the document root alone: Apache reads no other', () => {
    const files = { 'public/index.php': '<?php echo 1;', 'composer.json': '{}' };
    const rewrites = 'RewriteEngine On\n';
    expect(dockerfileOf({ ...files, 'public/.htaccess': rewrites })).toContain('RUN a2enmod rewrite\n');
    expect(dockerfileOf({ ...files, '.htaccess': rewrites })).not.toContain('a2enmod');
  });
});
