import type { CacheDirectory, EcosystemFacts } from '../ecosystem.ts';

const common = {
  kind: 'downloads',
  actions: ['install-project', 'build', 'run'],
  emptiedByImages: false,
  cacheMount: true,
} as const satisfies Partial<CacheDirectory>;

export const maven: EcosystemFacts = {
  ecosystem: 'maven',
  tools: ['mvn', 'mvnw', 'gradle', 'gradlew'],
  caches: [
    {
      ...common,
      path: '~/.m2',
      tools: ['mvn', 'mvnw'],
      removal: 'rm -rf ~/.m2',
      sharing: 'locked',
      movedBy: ['MAVEN_OPTS', 'MAVEN_CONFIG'],
    },
    {
      ...common,
      path: '~/.gradle',
      tools: ['gradle', 'gradlew'],
      removal: 'rm -rf ~/.gradle',
      sharing: 'locked',
      movedBy: ['GRADLE_USER_HOME'],
    },
  ],
  manifests: [
    { manifest: 'pom.xml', locks: [], tools: ['mvn', 'mvnw'] },
    { manifest: 'build.gradle', locks: ['gradle.lockfile'], tools: ['gradle', 'gradlew'] },
    { manifest: 'build.gradle.kts', locks: ['gradle.lockfile'], tools: ['gradle', 'gradlew'] },
    { manifest: 'settings.gradle', locks: [], tools: ['gradle', 'gradlew'] },
    { manifest: 'settings.gradle.kts', locks: [], tools: ['gradle', 'gradlew'] },
  ],
  variables: [
    { name: 'MAVEN_OPTS', effect: 'options of the Java virtual machine that Maven runs in' },
    { name: 'GRADLE_USER_HOME', effect: 'directory of caches and settings' },
    { name: 'GRADLE_OPTS', effect: 'options of the Java virtual machine that Gradle runs in' },
    { name: 'JAVA_TOOL_OPTIONS', effect: 'options of every Java virtual machine' },
  ],
  buildOnly: [],
};
