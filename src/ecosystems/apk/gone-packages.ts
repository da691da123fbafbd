/** Names that the supported releases of Alpine have for what had another name before. */
export const renamedPackages: Readonly<Record<string, string>> = {
  'nodejs-npm': 'npm',
  'nodejs-lts': 'nodejs',
};

/**
 * Packages that no supported release of Alpine has, and that nothing replaces name for name. Not compared with an index as those of apt
 * are: what is in doubt is not here.
 */
const gone =
  /^(?:python2?(?:-dev|-doc|-tests)?|py-.*|py2-.*|php[57].*|php8(?:-.*|[01].*)?|openjdk7.*|mongodb.*|libressl2.*|libssl1\..*|libcrypto1\..*|ruby-(?:io-console|irb|json|etc)|phantomjs|g\+\+-\d.*|llvm[3-9](?:-.*)?|clang[3-9](?:-.*)?|postgresql9.*)$/;

/** True for a package that no supported release of Alpine has any more. */
export function isGonePackage(name: string): boolean {
  return gone.test(name);
}
