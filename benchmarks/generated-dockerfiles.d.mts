/** Writes that many different Dockerfiles into a directory, the same in every run. */
export function generateDockerfiles(directory: string, count: number): void;
