/** A wheel in the Python registry with the libraries of a part, and its checksum. */
export interface Wheel {
  /** The name of a part. */
  readonly part: string;
  readonly project: string;
  readonly version: string;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** The folder of its libraries, and the ones to extract. */
  readonly folder: string;
  readonly wanted: RegExp;
}

/**
 * For Linux on x86-64 and CUDA 13.0, which this ONNX Runtime is built for; the versions are those that PyTorch for
 * CUDA 13.0 uses. The libraries do not depend on Python, so a wheel for any of its versions will do.
 */
export const wheels: readonly Wheel[] = [
  {
    part: 'CUDA runtime',
    project: 'nvidia-cuda-runtime',
    version: '13.0.96',
    file: 'nvidia_cuda_runtime-13.0.96-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
    bytes: 2_243_632,
    sha256: '7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548',
    folder: 'nvidia/cu13/lib',
    wanted: /^libcudart\.so\.13$/,
  },
  {
    part: 'cuBLAS',
    project: 'nvidia-cublas',
    version: '13.1.0.3',
    file: 'nvidia_cublas-13.1.0.3-py3-none-manylinux_2_27_x86_64.whl',
    bytes: 423_133_236,
    sha256: 'ee8722c1f0145ab246bccb9e452153b5e0515fd094c3678df50b2a0888b8b171',
    folder: 'nvidia/cu13/lib',
    wanted: /^libcublas(Lt)?\.so\.13$/,
  },
  {
    part: 'cuRAND',
    project: 'nvidia-curand',
    version: '10.4.0.35',
    file: 'nvidia_curand-10.4.0.35-py3-none-manylinux_2_27_x86_64.whl',
    bytes: 59_544_258,
    sha256: '1aee33a5da6e1db083fe2b90082def8915f30f3248d5896bcec36a579d941bfc',
    folder: 'nvidia/cu13/lib',
    wanted: /^libcurand\.so\.10$/,
  },
  {
    part: 'cuDNN',
    project: 'nvidia-cudnn-cu13',
    version: '9.15.1.9',
    file: 'nvidia_cudnn_cu13-9.15.1.9-py3-none-manylinux_2_27_x86_64.whl',
    bytes: 351_298_418,
    sha256: 'ebc9a647918df0d7298d67cfaf41579fd4c78ead9aba246f5ad9414d61b9ec4c',
    folder: 'nvidia/cudnn/lib',
    wanted: /^libcudnn\w*\.so\.9$/,
  },
  {
    part: 'ONNX Runtime for CUDA',
    project: 'onnxruntime-gpu',
    version: '1.30.0',
    file: 'onnxruntime_gpu-1.30.0-cp311-cp311-manylinux_2_28_x86_64.whl',
    bytes: 246_658_419,
    sha256: '4fbf0c5d7b5fb99266c2e8a802e3e64af68bdc383e0f3c7349b985f1087eedaa',
    folder: 'onnxruntime/capi',
    wanted: /^libonnxruntime(\.so\.1\.30\.0|_providers_(shared|cuda)\.so)$/,
  },
];

/** Arguments for pip: this exact file, whichever Python runs pip. */
export function pipArguments({ project, version, file }: Wheel, folder: string): string[] {
  const [, , python = '', abi = '', platforms = ''] = file.replace(/\.whl$/, '').split('-');
  const compiled = abi === 'none' ? [] : ['--implementation', 'cp', '--python-version', python.slice(2), '--abi', abi];
  return [
    ...['-m', 'pip', 'download', '--no-deps', '--disable-pip-version-check', '--only-binary', ':all:'],
    ...platforms.split('.').flatMap((platform) => ['--platform', platform]),
    ...compiled,
    ...['--dest', folder, `${project}==${version}`],
  ];
}
