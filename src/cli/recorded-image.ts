import type { RecordedImage } from '../core/history.ts';
import type { Image } from '../image/image.ts';
import { type InspectedImage, stepOfLayer } from '../project/inspected-image.ts';
import { shownText } from '../report/image-view.ts';
import { longestMessage } from './recorded-report.ts';

/** An archive is another file in each build, and in CI at another place in each job: what it names its image by is what stays. */
const archives: readonly (string | undefined)[] = ['docker-archive', 'OCI archive', 'OCI layout'];

/** By what the runs of an image are compared, with its tag. */
export function recordedName({ name, source, reference }: Pick<Image, 'name' | 'source' | 'reference'>): string {
  return reference !== undefined && archives.includes(source) ? reference : name;
}

/** An image as it is kept: no value of its environment, and its steps masked. */
export function recordedImage(inspected: InspectedImage): RecordedImage {
  const { analysis, vulnerabilities, origin } = inspected;
  const { image } = analysis;
  const digest = image.digest ?? (image.configuration.digest === '' ? undefined : image.configuration.digest);
  return {
    name: recordedName(image),
    digest,
    dockerfile: origin?.dockerfile.path,
    bytes: analysis.layers.reduce((sum, { contentBytes }) => sum + contentBytes, 0),
    pulledBytes: analysis.pulledBytes,
    layers: analysis.layers.map(({ layer, contentBytes }, at) => {
      const step = stepOfLayer(inspected, at);
      return {
        digest: layer.digest ?? layer.diffId,
        bytes: contentBytes,
        createdBy: step && shownText(inspected, step).slice(0, longestMessage),
      };
    }),
    packages: analysis.packages.map(({ kind, name, version }) => ({ type: kind, name, version })),
    vulnerabilities: vulnerabilities?.map(({ id, severity, package: of, fixedIn }) => ({
      id,
      severity,
      package: of.name,
      version: of.version,
      fixedIn,
    })),
  };
}
