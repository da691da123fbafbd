import type { CacheDirectory, EcosystemFacts } from '../ecosystem.ts';

const common = {
  kind: 'downloads',
  actions: ['install', 'install-project', 'upgrade'],
  emptiedByImages: false,
  cacheMount: true,
  sharing: 'shared',
} as const satisfies Partial<CacheDirectory>;

const tools = ['pip', 'uv', 'poetry', 'pipenv'] as const;

export const pip: EcosystemFacts = {
  ecosystem: 'pip',
  tools: [...tools, 'pipx', 'easy_install', 'conda', 'mamba', 'micromamba'],
  caches: [
    {
      ...common,
      path: '~/.cache/pip',
      tools: ['pip', 'pipenv', 'pipx'],
      removal: 'pip cache purge',
      // pip takes any of its words for true; before 19.1 it read them the other way round.
      switchedOffBy: { PIP_NO_CACHE_DIR: /^(?!\s*$).+$/ },
      movedBy: ['PIP_CACHE_DIR'],
    },
    {
      ...common,
      path: '~/.cache/uv',
      tools: ['uv'],
      removal: 'uv cache clean',
      switchedOffBy: { UV_NO_CACHE: /^(?!\s*$|0$|false$).+$/i },
      movedBy: ['UV_CACHE_DIR'],
    },
    {
      ...common,
      path: '~/.cache/pypoetry',
      tools: ['poetry'],
      removal: 'poetry cache clear --all .',
      movedBy: ['POETRY_CACHE_DIR'],
    },
    {
      ...common,
      path: '/opt/conda/pkgs',
      placeVaries: true,
      tools: ['conda', 'mamba', 'micromamba'],
      removal: 'conda clean -ay',
      movedBy: ['CONDA_PKGS_DIRS', 'MAMBA_ROOT_PREFIX'],
    },
  ],
  manifests: [
    { manifest: 'requirements.txt', locks: [], tools: ['pip', 'uv'] },
    { manifest: 'pyproject.toml', locks: ['uv.lock', 'poetry.lock', 'pdm.lock', 'pylock.toml'], tools },
    { manifest: 'Pipfile', locks: ['Pipfile.lock'], tools: ['pipenv'] },
    { manifest: 'setup.py', locks: [], tools: ['pip'] },
    { manifest: 'setup.cfg', locks: [], tools: ['pip'] },
    { manifest: 'environment.yml', locks: ['conda-lock.yml'], tools: ['conda', 'mamba', 'micromamba'] },
    { manifest: 'environment.yaml', locks: ['conda-lock.yml'], tools: ['conda', 'mamba', 'micromamba'] },
  ],
  variables: [
    { name: 'PIP_NO_CACHE_DIR', effect: '1: nothing is cached' },
    { name: 'PIP_CACHE_DIR', effect: 'directory of the cache' },
    { name: 'PIP_DISABLE_PIP_VERSION_CHECK', effect: '1: pip does not look for its own updates' },
    { name: 'PIP_DEFAULT_TIMEOUT', effect: 'seconds until a connection is given up' },
    { name: 'PIP_ROOT_USER_ACTION', effect: 'ignore: no warning about installing as root' },
    { name: 'PYTHONDONTWRITEBYTECODE', effect: '1: no .pyc files are written' },
    { name: 'PYTHONUNBUFFERED', effect: '1: output is not held back' },
    { name: 'UV_NO_CACHE', effect: '1: nothing is cached' },
    { name: 'UV_CACHE_DIR', effect: 'directory of the cache' },
    { name: 'UV_LINK_MODE', effect: 'copy: files of the cache are copied, as a cache mount needs' },
    { name: 'UV_COMPILE_BYTECODE', effect: '1: .pyc files are written while installing' },
    { name: 'POETRY_VIRTUALENVS_CREATE', effect: 'false: installs without a virtual environment' },
    { name: 'POETRY_NO_INTERACTION', effect: '1: asks nothing' },
  ],
  buildOnly: [
    'cython',
    'wheel',
    'setuptools',
    'setuptools-scm',
    'build',
    'scikit-build',
    'pybind11',
    'pytest',
    'tox',
    'flake8',
    'black',
    'mypy',
    'pylint',
    'ruff',
    'pre-commit',
    'twine',
  ],
};
