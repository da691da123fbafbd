import { placeOfLast } from '../../project/inspected-image.ts';
import { imageRule } from '../../project/rule.ts';

export const rule = imageRule({
  severity: 'note',
  summary: 'The image exposes a port of remote login or one that only root may open',
  why: 'A container that is logged in to is changed by hand, and a port below 1024 keeps it root where the runtime does not open such ports to everybody.',
  remedy: 'Listen above 1023 and map the port outside; use kubectl exec instead of a login.',
  peers: [],
  options: {
    lowest: { description: 'Ports below this number are reported', default: 1 },
    login: { description: 'Ports of remote login', default: ['22', '23', '3389', '5900'] },
  },
  check({ image }, { report, option }) {
    const found = image.analysis.image.configuration.exposedPorts.filter((exposed) => {
      const port = exposed.split('/', 1)[0] ?? '';
      return option.list('login').includes(port) || Number(port) < option.number('lowest');
    });
    if (found.length > 0)
      report({ ...placeOfLast(image, 'EXPOSE'), message: `The image exposes ${found.slice(0, 10).join(', ')}.` });
  },
});
