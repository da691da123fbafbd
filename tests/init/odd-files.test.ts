import { describe, expect, test } from 'vitest';
import { detectApplications } from '../../src/init/detect.ts';
import { detectors } from '../../src/init/detectors.ts';
import type { ApplicationPlan } from '../../src/init/plan.ts';
import { repositoryOf } from '../../src/init/repository.ts';

function planOf(files: Readonly<Record<string, string>>): ApplicationPlan | undefined {
  const repository = repositoryOf('/shop', Object.keys(files), (file) => files[file]);
  const existing = { dockerfiles: [], manifests: false };
  return detectApplications(repository, { detectors, choices: {}, today: '2026-11-26', within: '', existing }).plans[0];
}

const flask =
  'import os\nfrom flask import Flask\napp = Flask(__name__)\nos.environ["GREETING"]\nos.environ["TITLE"]\n';

describe('files as editors and tools leave them', () => {
  const plan = planOf({
    'app.py': flask,
    // A byte order mark, line ends of Windows, and a line that goes on.
    'requirements.txt': '\uFEFFflask==3.1.0 \\\r\n    --hash=sha256:abc\r\ngunicorn==23.0.0 # server\r\n',
    Procfile: '\uFEFFweb: gunicorn app:app --bind 0.0.0.0:$PORT  # as on Heroku\r\n',
    '.env.example': 'GREETING="hello # world" # what it says\r\nTITLE=shop # short\r\n',
  });

  test('a byte order mark hides no first line', () => {
    expect(plan?.framework).toBe('Flask');
  });

  test('a comment behind a command is no part of it', () => {
    expect(plan?.run.command).toEqual(['gunicorn', 'app:app', '--bind', '0.0.0.0:8000']);
  });

  test('a comment behind a value is no part of it, in quotes it is none', () => {
    expect(plan?.variables.map(({ name, value }) => [name, value])).toEqual([
      ['GREETING', 'hello # world'],
      ['TITLE', 'shop'],
    ]);
  });
});
