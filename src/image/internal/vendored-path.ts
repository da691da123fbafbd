/**
 * Directories of what others wrote: packages of distributions and of languages. Where images of applications are told to put them (`/usr/src/app`,
 * `/usr/share/nginx/html`) is none.
 */
const vendored =
  /(?:^|\/)(?:node_modules|bower_components|site-packages|dist-packages|vendor|gems|\.m2\/repository|registry\/src|go\/pkg\/mod|\.nuget\/packages|\.yarn|\.pnpm-store|_cacache)\/|^usr\/(?:lib|lib32|lib64|libexec|include)\/|^usr\/src\/(?:linux(?:-[^/]*)?|kernels|debug|php|python|ruby|wordpress)\/|^usr\/share\/(?!nginx\/html\/|(?:elasticsearch|opensearch|opensearch-dashboards|kibana|logstash|grafana|jenkins)\/)|^usr\/local\/(?:lib|go|share|include|cargo|rustup)\/|^var\/lib\/(?:apt\/lists|dpkg)\//;

/** Where people keep keys that are none. */
const samples =
  /(?:^|[/._-])(?:tests?|testing|testdata|__tests__|specs?|fixtures?|examples?|samples?|demos?|docs?|mocks?|dummy|snakeoil)(?:$|[/._-])/i;

/** True for what a package brought: its examples and test keys are public. */
export function isVendored(path: string): boolean {
  return vendored.test(path);
}

/** True for tests, examples and documentation. */
export function isSample(path: string): boolean {
  return samples.test(path);
}
