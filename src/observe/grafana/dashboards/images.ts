import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboardOf, labelVariable } from '../dashboard.ts';
import { bars, figure, lines, rows } from '../panels.ts';
import { noneIsRight } from './common.ts';

const some = 'namespace=~"$namespace"';
const day = 86_400;
const columns = { namespace: 'Namespace', workload: 'Workload', container: 'Container', image: 'Image' };

/** Ages at which an image is looked at. @param days after which it counts as old, as chosen */
function ages(days: number) {
  return [
    { from: days * day, color: 'yellow' as const, why: 'the alert on old images fires here, as chosen (--image-age).' },
    { from: Math.max(365, 2 * days) * day, color: 'red' as const, why: 'that long without any update of its base.' },
  ];
}

/** Sizes, ages and pulls of the images that run: from plimsoll exporter. */
export function imagesDashboard(imageAgeDays: number): Dashboard {
  return dashboardOf({
    uid: 'plimsoll-images',
    title: 'Plimsoll / Images',
    about:
      'Which images run, how large and how old they are, and how long it takes to get them. Needs plimsoll exporter.',
    from: 'now-24h',
    variables: [labelVariable('namespace', 'Namespace', 'plimsoll_container_image_info', { all: true })],
    rows: [
      { title: 'Now', panels: now(imageAgeDays) },
      { title: 'Size', panels: sizes() },
      { title: 'Pulls', panels: pulls() },
      { title: 'Age and trouble', panels: ageAndTrouble(imageAgeDays) },
    ],
  });
}

function now(days: number) {
  return [
    figure({
      title: 'Images that run',
      about: 'Different images, by the names that the pods give.',
      unit: 'short',
      span: 6,
      queries: [{ expr: `count(count by (image) (plimsoll_container_image_info{${some}}))`, legend: 'images' }],
    }),
    figure({
      title: 'Sum of their sizes',
      about:
        'Each image once, as its node reports it: packed with containerd, unpacked with CRI-O. Shared layers count with each.',
      unit: 'bytes',
      span: 6,
      queries: [{ expr: `sum(max by (image) (plimsoll_image_size_bytes{${some}}))`, legend: 'size' }],
    }),
    figure({
      title: 'Oldest image',
      about: 'Since it was built.',
      unit: 's',
      span: 6,
      thresholds: ages(days),
      queries: [{ expr: `max(plimsoll_image_age_seconds{${some}})`, legend: 'age' }],
    }),
    figure({
      title: 'Slowest pull',
      about: 'Of the last pulls of what runs.',
      unit: 's',
      span: 6,
      thresholds: [
        { from: 30, color: 'yellow', why: 'a new pod is of no use for half a minute: an autoscaler helps too late.' },
        { from: 120, color: 'red', why: 'a rollout or a lost node takes minutes for the transfer alone.' },
      ],
      queries: [{ expr: `max(plimsoll_image_pull_seconds{${some}})`, legend: 'seconds' }],
    }),
  ];
}

function sizes() {
  return [
    bars({
      title: 'Largest images',
      about: 'As the node reports them.',
      unit: 'bytes',
      span: 12,
      queries: [{ expr: `topk(15, max by (image) (plimsoll_image_size_bytes{${some}}))`, legend: '{{image}}' }],
    }),
    lines({
      title: 'Size over time',
      about: 'What a change of the Dockerfile was worth.',
      unit: 'bytes',
      span: 12,
      queries: [
        {
          expr: `max by (namespace, workload, container) (plimsoll_image_size_bytes{${some}})`,
          legend: '{{workload}} {{container}}',
        },
      ],
    }),
    rows(
      {
        title: 'Layers that others have, too',
        about:
          'Packed bytes of each running image in layers of other running images: a node that has one of them need not pull those. A common base image makes it more.',
        unit: 'bytes',
        span: 12,
        queries: [{ expr: 'plimsoll_image_shared_bytes', legend: '' }],
      },
      { image: 'Image', digest: 'Digest', Value: 'Shared' },
    ),
    lines({
      title: 'What nodes hold',
      about: 'Sum of the images that each node reports, 50 of them at most.',
      unit: 'bytes',
      span: 12,
      queries: [{ expr: 'plimsoll_node_images_bytes', legend: '{{node}}' }],
    }),
  ];
}

function pulls() {
  return [
    lines({
      title: 'Duration of pulls',
      about: 'The last pull of each container’s image, without the wait for other pulls of the node.',
      unit: 's',
      span: 8,
      queries: [
        {
          expr: `max by (namespace, workload, container) (plimsoll_image_pull_seconds{${some}})`,
          legend: '{{workload}} {{container}}',
        },
      ],
    }),
    lines({
      title: 'Waiting for other pulls',
      about: 'Nodes pull one image at a time unless serializeImagePulls is off.',
      unit: 's',
      span: 8,
      queries: [
        {
          expr: `max by (namespace, workload, container) (plimsoll_image_pull_waiting_seconds{${some}})`,
          legend: '{{workload}} {{container}}',
        },
      ],
    }),
    lines({
      title: 'Pulls within an hour',
      about: 'Pulled, there already, or failed.',
      unit: 'short',
      span: 8,
      queries: [{ expr: `sum by (result) (increase(plimsoll_image_pulls_total{${some}}[1h]))`, legend: '{{result}}' }],
    }),
    lines({
      title: 'Bytes a second of pulls',
      about: 'What the registry and the network gave: size by duration of the last pull.',
      unit: 'binBps',
      span: 24,
      queries: [
        {
          expr: `max by (namespace, workload, container) (plimsoll_image_pull_bytes{${some}} / (plimsoll_image_pull_seconds{${some}} > 0))`,
          legend: '{{workload}} {{container}}',
        },
      ],
    }),
  ];
}

function ageAndTrouble(days: number) {
  return [
    rows(
      {
        title: 'Age',
        about: 'Since the image was built, as its configuration in the registry says; only images that say so.',
        unit: 's',
        span: 12,
        thresholds: ages(days),
        queries: [{ expr: `plimsoll_image_age_seconds{${some}}`, legend: '' }],
      },
      { ...columns, Value: 'Age' },
    ),
    rows(
      {
        title: 'Restarts by reason',
        about: 'Of the containers that exist now.',
        unit: 'short',
        span: 12,
        thresholds: [{ from: 3, color: 'red', why: 'more than bad luck.' }],
        queries: [
          { expr: `plimsoll_container_restarts{${some}} or 0 * plimsoll_container_image_info{${some}}`, legend: '' },
        ],
      },
      { ...columns, reason: 'Reason', Value: 'Restarts' },
    ),
    rows(
      {
        title: 'Workloads with two digests of one image',
        about: 'A rollout under way, or a tag that was moved: pods of one workload run different programs.',
        unit: 'short',
        span: 12,
        thresholds: [{ from: 2, color: 'yellow', why: 'one is what should be, but for the minutes of a rollout.' }],
        queries: [
          {
            expr: `count by (namespace, workload, container, image) (count by (namespace, workload, container, image, digest) (plimsoll_container_image_info{${some}, digest!=""}))`,
            legend: '',
          },
        ],
      },
      { ...columns, Value: 'Digests' },
    ),
    lines({
      title: 'Containers that do not run',
      about: 'By reason: ImagePullBackOff, CrashLoopBackOff.',
      unit: 'short',
      span: 12,
      thresholds: noneIsRight,
      queries: [{ expr: `sum by (reason) (plimsoll_container_waiting{${some}}) or vector(0)`, legend: '{{reason}}' }],
    }),
  ];
}
