import type { AlertRule } from '../rule.ts';

const day = 24 * 3600;
const labels = 'namespace="shop", workload="cart", container="cart", image="registry.example.com/shop/cart:1.4.2"';

/** How old what runs is: from `plimsoll exporter`, which asks the registry. */
export function imageAlerts(days: number): readonly AlertRule[] {
  const age = (factor: number) => ({
    series: `plimsoll_image_age_seconds{${labels}}`,
    values: `${days * day * factor}x120`,
  });
  return [
    {
      alert: 'ImageOld',
      severity: 'info',
      why: `${days} days, as chosen (--image-age): until then a base image has usually had updates that close holes. Needs plimsoll exporter; says nothing without it.`,
      expr: `max by (namespace, workload, container, image) (plimsoll_image_age_seconds) > ${days} * 24 * 3600`,
      for: '1h',
      about: 'image',
      summary: `{{ $labels.workload }} in {{ $labels.namespace }} runs an image older than ${days} days`,
      description:
        'Image {{ $labels.image }} of container {{ $labels.container }} was built {{ $value | humanizeDuration }} ago.',
      runbook: {
        meaning: 'The image has not been built anew for a long time.',
        effect: 'What its base image and its packages had fixed since then is missing.',
        steps: [
          'Build it again with the newest base image (docker build --pull), and roll it out.',
          'plimsoll audit on its repository says what is out of date.',
        ],
      },
      tests: {
        fires: {
          input: [age(2)],
          at: '90m',
          labels: {
            namespace: 'shop',
            workload: 'cart',
            container: 'cart',
            image: 'registry.example.com/shop/cart:1.4.2',
          },
        },
        silent: { input: [age(0.5)], at: '90m' },
      },
    },
  ];
}
