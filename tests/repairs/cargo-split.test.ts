import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { rule } from '../../src/rules/size/single-stage-build.ts';
import { checkCase, layOutFiles } from '../rules/check-case.ts';
import type { CaseFile } from '../rules/rule-page.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-cargo-split-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const manifest =
  '[package]\nname = "shop"\nversion = "0.1.0"\n\n[lib]\nname = "gdb"\n\n[[bin]]\nname = "till"\npath = "src/till.rs"\n';

test.each([
  ['the package', 'cargo install --path .', 'shop', true],
  ['a [[bin]]', 'cargo install --path .', 'till', true],
  ['a file of src/bin', 'cargo install --path .', 'report', true],
  ['the crate that is installed', 'cargo install --path . && cargo install --locked bat@0.25.0', 'bat', true],
  ['a program of the distribution', 'cargo install --path . && cargo install diesel_cli', 'gdb', false],
  ['the value of an option', 'cargo install --path . --profile less', 'less', false],
])('a split copies by name what Cargo makes for certain: %s', async (_title, install, program, isSplit) => {
  const file = (name: string, text: string): CaseFile => ({ path: name, text, size: undefined, mode: undefined });
  const directory = layOutFiles(scratch, [
    file('Dockerfile', `FROM rust:1.98-bookworm\nWORKDIR /src\nCOPY . .\nRUN ${install}\nCMD ["${program}"]\n`),
    file('Cargo.toml', manifest),
    file('Cargo.lock', 'version = 3\n'),
    file('src/main.rs', 'fn main() {}\n'),
    file('src/till.rs', 'fn main() {}\n'),
    file('src/bin/report.rs', 'fn main() {}\n'),
  ]);
  const [finding] = await checkCase(directory, { id: 'size/single-stage-build', area: 'size', definition: rule }, {});
  const text = finding?.fix?.changes.edits.map(({ replacement }) => replacement).join('\n') ?? '';
  expect(text.includes(`COPY --from=build /usr/local/cargo/bin/${program} `)).toBe(isSplit);
});
