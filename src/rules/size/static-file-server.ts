import { runsProgram } from '../../project/image-purpose.ts';
import { shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { stageChain } from '../../project/stage-facts.ts';
import { siteInPlace } from '../../repairs/multi-stage/site-in-place.ts';

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'An image of a distribution or language serves nothing but files',
  why: 'The distribution, the language and what was installed are pulled, scanned and patched, and the server starts as root; the image of a web server has the server alone.',
  remedy: 'Copy the files into the image of a web server that runs without root.',
  peers: [],
  check({ dockerfile, project }, { report }) {
    for (const stage of shippedStages(project, dockerfile)) {
      if (!runsProgram(project, dockerfile, stage)) continue;
      const site = siteInPlace(project, dockerfile, stage);
      const from = stageChain(stage).at(-1)?.from?.image;
      if (site === undefined || from === undefined) continue;
      const { server, image, conversion, isBuilt } = site;
      report({
        at: from.range,
        message:
          server === 'nginx'
            ? `nginx is installed on ${from.value} to serve ${isBuilt ? 'what is built there' : 'files alone'}; ${image} has the server without the distribution and without root.`
            : `${server} on ${from.value} serves files alone; ${image} does it without a language and without root.`,
        ...('fix' in conversion && { fix: conversion.fix }),
        remedy: `${isBuilt ? 'Build in a stage of its own and copy what is served into' : 'Copy the files into'} ${image}.${'refusal' in conversion ? ` It is not done by a fix, because ${conversion.refusal}.` : ''}`,
      });
    }
  },
});
