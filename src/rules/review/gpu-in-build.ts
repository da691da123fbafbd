import type { Severity } from '../../core/severity.ts';
import type { PlacedCommand } from '../../dockerfile/dockerfile.ts';
import { dockerfileRule } from '../../project/rule.ts';

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'A build step asks for a GPU',
  why: 'No GPU is attached while an image is built: nvidia-smi fails, and a framework answers that there is none.',
  remedy: 'Ask when the container starts, in its entry point or a probe.',
  peers: ['tally:gpu/no-buildtime-gpu-queries'],
  check({ dockerfile }, { report }) {
    for (const { command } of dockerfile.commandsNamed('nvidia-smi', 'nvidia-debugdump'))
      report({
        at: command.range,
        message: `${command.name} finds no GPU while the image is built.`,
        severity: severityOf(command),
      });
    if (!/cuda\.|is_gpu_available|list_physical_devices/.test(dockerfile.text)) return;
    for (const { command } of dockerfile.commandsNamed('python', 'python3', 'python2')) {
      const asking = command.arguments.find(({ value }) =>
        /torch\.cuda\.(?:is_available|device_count|get_device_name|current_device)|is_gpu_available|list_physical_devices/.test(
          value,
        ),
      );
      if (asking !== undefined)
        report({
          at: asking.range,
          message: 'This asks for GPUs while the image is built, and finds none.',
          severity: 'note',
        });
    }
  },
});

/** In a condition, or where a failure is caught, nothing breaks. */
function severityOf({ place }: PlacedCommand['command']): Severity {
  return place.inside.includes('condition') || place.pipeline !== undefined ? 'note' : 'warning';
}
