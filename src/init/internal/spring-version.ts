/** The release of Spring Boot that a build file of Maven or Gradle writes out; undefined where it is written elsewhere. */
export function springBootRelease(text: string): { readonly major: number; readonly minor: number } | undefined {
  const found =
    /spring-boot-starter-parent<\/artifactId>\s*<version>(\d+)\.(\d+)|org\.springframework\.boot["')]+\s*version\s*\(?["'](\d+)\.(\d+)/.exec(
      text,
    );
  const [major, minor] = found?.slice(1).filter((part) => part !== undefined) ?? [];
  return major === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}

/** Whether a release comes before another; false for one that is not known. */
export function isBefore(release: ReturnType<typeof springBootRelease>, major: number, minor: number): boolean {
  return release !== undefined && (release.major < major || (release.major === major && release.minor < minor));
}
