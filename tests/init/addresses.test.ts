import { describe, expect, test } from 'vitest';
import { detectApplications } from '../../src/init/detect.ts';
import { detectors } from '../../src/init/detectors.ts';
import type { ApplicationPlan, Choices } from '../../src/init/plan.ts';
import { repositoryOf } from '../../src/init/repository.ts';

function plansOf(files: Readonly<Record<string, string>>, choices: Choices = {}): readonly ApplicationPlan[] {
  const repository = repositoryOf('/shop', Object.keys(files), (file) => files[file]);
  const existing = { dockerfiles: [], manifests: false };
  return detectApplications(repository, { detectors, choices, today: '2026-11-26', within: '', existing }).plans;
}

const asks = (plan: ApplicationPlan | undefined, pattern: RegExp) =>
  plan?.questions.some(({ question }) => pattern.test(question));

describe('options of a Rust program', () => {
  const rust = (...options: readonly (readonly [name: string, type: string, fallback: string])[]) =>
    plansOf({
      'Cargo.toml': '[package]\nname = "shop"\nversion = "1.0.0"\n\n[dependencies]\naxum = "0.8"\nclap = "4"\n',
      'Cargo.lock': '',
      'src/main.rs': `use clap::Parser;\n\n#[derive(Parser)]\nstruct Options {\n${options
        .map(
          ([name, type, fallback]) =>
            `    #[arg(long, env = "${name}", default_value = "${fallback}")]\n    ${name.toLowerCase()}: ${type},\n`,
        )
        .join('')}}\n\nfn main() {\n    serve(Options::parse());\n}\n`,
    })[0];

  test('the address of a database is not where the program listens', () => {
    const plan = rust(['DB_HOST', 'String', 'localhost:5432'], ['LISTEN', 'String', '127.0.0.1:3001']);
    expect(plan?.run.port).toBe(3001);
    expect(plan?.run.environment).toEqual({ LISTEN: '0.0.0.0:3001' });
  });

  test('of a database alone nothing is known of the port', () => {
    const plan = rust(['DB_HOST', 'String', 'localhost:5432']);
    expect(plan?.run.environment).toEqual({});
    expect(asks(plan, /Which port/)).toBe(true);
  });

  test('a host counts beside the port of the same name', () => {
    expect(
      rust(['SHOP_PORT', 'u16', '3001'], ['STOCK_HOST', 'String', 'stock'], ['SHOP_HOST', 'String', '::1'])?.run
        .environment,
    ).toEqual({ SHOP_HOST: '0.0.0.0', SHOP_PORT: '3001' });
  });

  test('the name of a database is no path', () => {
    const plan = rust(
      ['PORT', 'u16', '3001'],
      ['POSTGRES_DB', 'String', 'shop'],
      ['POSTGRES_HOST', 'String', 'postgres'],
    );
    expect(plan?.run.environment).toEqual({ PORT: '3001' });
    expect(plan?.run.writable.map(({ path }) => path)).toEqual(['/tmp']);
  });

  test.each([
    ['DB', 'shop.sqlite'],
    ['DB', './shop'],
    ['UPLOAD_DIR', 'uploads'],
  ])('%s=%s is one', (name, fallback) => {
    const plan = rust(['PORT', 'u16', '3001'], [name, 'String', fallback]);
    expect(plan?.run.writable.map(({ path }) => path)).toContain('/data');
  });
});
