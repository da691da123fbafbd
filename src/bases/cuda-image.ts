import type { ImageReference } from '../core/image-reference.ts';

/** What the tag of one of NVIDIA's CUDA images says. https://hub.docker.com/r/nvidia/cuda */
export interface CudaImage {
  /** `12.4`; undefined where the tag does not begin with it. */
  readonly version: string | undefined;
  /** `base` has the run-time library of CUDA, `runtime` all libraries, `devel` the compiler and headers too. */
  readonly flavor: 'base' | 'runtime' | 'devel';
  readonly cudnn: boolean;
}

/** Undefined for any other image, and for a tag without a flavor. */
export function cudaImage(reference: ImageReference | undefined): CudaImage | undefined {
  if (reference?.repository !== 'nvidia/cuda') return undefined;
  const parts = (reference.tag ?? '').split('-');
  const flavor = (['devel', 'runtime', 'base'] as const).find((each) => parts.includes(each));
  if (flavor === undefined) return undefined;
  return {
    version: /^(\d+\.\d+)/.exec(parts[0] ?? '')?.[1],
    flavor,
    cudnn: parts.some((part) => /^cudnn\d*$/.test(part)),
  };
}

/** Whether a package of NVIDIA's repositories is in the image already: https://gitlab.com/nvidia/container-images/cuda */
export function isInCudaImage({ flavor, cudnn }: CudaImage, name: string): boolean {
  const bare = name.replace(/-\d+-\d+$/, '');
  if (/^libcudnn\d+(?:-cuda-\d+)?$/.test(name)) return cudnn;
  if (/^cuda-(?:cudart|compat)$/.test(bare)) return true;
  if (/^(?:cuda-libraries|cuda-runtime|cuda-nvtx|libcublas|libcusparse|libnpp)$/.test(bare)) return flavor !== 'base';
  return (
    flavor === 'devel' &&
    /^(?:cuda-toolkit|cuda-nvcc|cuda-minimal-build|cuda-libraries-dev|cuda-cudart-dev)$/.test(bare)
  );
}
