import type { InputSeries } from '../rule.ts';

/** A container of a Deployment's pod, as cAdvisor labels it, for the tests that are generated with the rules. */
const pod = 'cart-5d6f7c9b8-x2k4z';
const image = 'registry.example.com/shop/cart:1.4.2';
const cadvisor = `namespace="shop", pod="${pod}", container="cart", image="${image}", node="node-a"`;

/** A series of cAdvisor for the container of the id. */
export function cadvisorSeries(metric: string, values: string, id = 'one'): InputSeries {
  return { series: `${metric}{${cadvisor}, id="/kubepods/${id}"}`, values };
}

/** The series of the pod's own cgroup, which is none of a container. */
export function sandboxSeries(metric: string, values: string): InputSeries {
  return {
    series: `${metric}{namespace="shop", pod="${pod}", container="", image="", node="node-a", id="/kubepods/pod"}`,
    values,
  };
}

/** A series of the kubelet about the container. */
export function kubeletSeries(metric: string, values: string, more = ''): InputSeries {
  return {
    series: `${metric}{namespace="shop", pod="${pod}", container="cart", node="node-a"${more}}`,
    values,
  };
}

/** A series of kube-state-metrics about the container. */
export function kubeStateSeries(metric: string, values: string, more = ''): InputSeries {
  return { series: `${metric}{namespace="shop", pod="${pod}", container="cart", uid="u"${more}}`, values };
}

export const containerLabels = {
  namespace: 'shop',
  workload: 'cart',
  pod,
  container: 'cart',
  image,
  node: 'node-a',
} as const;

/** Without the image, which the kubelet does not tell. */
export const kubeletLabels = { namespace: 'shop', workload: 'cart', pod, container: 'cart', node: 'node-a' } as const;

export const kubeStateLabels = { namespace: 'shop', workload: 'cart', pod, container: 'cart' } as const;

export const podLabels = { namespace: 'shop', workload: 'cart', pod, node: 'node-a' } as const;
