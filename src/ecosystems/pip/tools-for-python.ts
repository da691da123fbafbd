/** The newest release of a tool that installs on each of the older releases of Python, and the newest of all; of 2026-11-27. */
const releases = {
  poetry: { '3.6': '1.1.15', '3.7': '1.5.1', '3.8': '1.8.5', '3.9': '2.2.1', newest: '2.5.1' },
  pipenv: { '3.6': '2022.4.8', '3.7': '2023.10.3', '3.8': '2024.4.1', '3.9': '2025.0.4', newest: '2026.10.3' },
  gunicorn: { '3.6': '21.2.0', '3.7': '23.0.0', '3.8': '23.0.0', '3.9': '23.0.0', newest: '27.0.1' },
  uvicorn: { '3.6': '0.16.0', '3.7': '0.22.0', '3.8': '0.33.0', '3.9': '0.39.0', newest: '0.54.0' },
} as const;

/** `poetry==2.5.1`: what `pip install` is given for a tool on a release line of Python. */
export function toolForPython(tool: keyof typeof releases, line: string): string {
  const known: Readonly<Record<string, string>> = releases[tool];
  return `${tool}==${known[line] ?? releases[tool].newest}`;
}
