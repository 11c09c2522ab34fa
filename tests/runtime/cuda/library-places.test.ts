import { describe, expect, it } from 'vitest';
import { cacheFolder, libraryPlaces, type Machine } from '../../../src/runtime/cuda/library-places.js';

/** A machine that has these files and nothing else. */
function machineWith(files: readonly string[], more: Partial<Machine> = {}): Machine {
  const list = (folder: string) => {
    const inside = files.filter((file) => file.startsWith(`${folder}/`)).map((file) => file.slice(folder.length + 1));
    return [...new Set(inside.map((file) => file.split('/')[0] ?? ''))];
  };
  return {
    environment: {},
    home: '/home/me',
    exists: (path) => files.includes(path) || list(path).length > 0,
    list,
    loaderCache: () => '',
    askPython: () => [],
    ...more,
  };
}

const foldersOf = (machine: Machine, place: string): readonly string[] =>
  libraryPlaces(machine).find(({ name }) => name === place)?.folders ?? [];

const packages = 'Python packages';

describe('the places of libraries', () => {
  it('begin with the folders that RANDAR_CUDA_LIBRARIES names, and then what setup-cuda brought', () => {
    const [first, second] = libraryPlaces(machineWith([], { environment: { RANDAR_CUDA_LIBRARIES: '/x:/y' } }));
    expect(first).toEqual({ name: 'RANDAR_CUDA_LIBRARIES', folders: ['/x', '/y'] });
    expect(second).toEqual({ name: 'setup-cuda', folders: ['/home/me/.cache/randar/cuda-13'] });
  });

  it('follow XDG_CACHE_HOME', () => {
    expect(cacheFolder({ environment: { XDG_CACHE_HOME: '/cache' }, home: '/home/me' })).toBe('/cache/randar/cuda-13');
    expect(cacheFolder({ environment: { XDG_CACHE_HOME: '' }, home: '/home/me' })).toBe(
      '/home/me/.cache/randar/cuda-13',
    );
  });

  it('have toolkits for CUDA 13, named or in /usr/local, and none for CUDA 12', () => {
    const files = ['cuda', 'cuda-12.8', 'cuda-13', 'cuda-13.1', 'curl'].map((name) => `/usr/local/${name}/lib64/x.so`);
    const folders = foldersOf(machineWith(files, { environment: { CUDA_HOME: '/opt/cuda' } }), 'CUDA toolkit');
    expect(folders.filter((folder) => folder.endsWith('lib64'))).toEqual([
      '/opt/cuda/lib64',
      '/usr/local/cuda/lib64',
      '/usr/local/cuda-13/lib64',
      '/usr/local/cuda-13.1/lib64',
    ]);
  });

  it('have the folders of what the loader knows, and of nothing else that it knows', () => {
    const loaderCache = () =>
      [
        "3 libs found in cache `/etc/ld.so.cache'",
        '\tlibcublas.so.13 (libc6,x86-64) => /opt/nvidia/libcublas.so.13',
        '\tlibcuda.so.1 (libc6,x86-64) => /usr/lib/driver/libcuda.so.1',
        '\tlibcuda.so.1 (libc6) => /usr/lib32/libcuda.so.1',
        '\tlibpng.so.1 (libc6,x86-64) => /opt/png/libpng.so.1',
      ].join('\n');
    const folders = foldersOf(machineWith([], { loaderCache }), 'system');
    expect(folders.slice(0, 2)).toEqual(['/opt/nvidia', '/usr/lib/driver']);
    expect(folders).not.toContain('/opt/png');
    expect(folders).not.toContain('/usr/lib32');
  });

  it('have the wheels of the python3 that is called by this name, and those that a user installed', () => {
    const files = [
      '/venv/bin/python3',
      '/usr/bin/python3',
      '/venv/lib/python3.12/site-packages/nvidia/cu13/lib/libcudart.so.13',
      '/usr/lib/python3/dist-packages/nvidia/cu13/lib/libcudart.so.13',
      '/home/me/.local/lib/python3.12/site-packages/nvidia/curand/lib/libcurand.so.10',
    ];
    const machine = machineWith(files, { environment: { PATH: '/nothing:/venv/bin:/usr/bin' } });
    expect(foldersOf(machine, packages)).toEqual([
      '/venv/lib/python3.12/site-packages/nvidia/cu13/lib',
      '/venv/lib/python3.12/site-packages/onnxruntime/capi',
      '/home/me/.local/lib/python3.12/site-packages/nvidia/curand/lib',
      '/home/me/.local/lib/python3.12/site-packages/onnxruntime/capi',
    ]);
  });

  it('ask a python3 only where no packages lie near it', () => {
    const files = ['/shims/python3', '/pyenv/lib/site-packages/nvidia/cu13/lib/libcudart.so.13'];
    const asked: string[] = [];
    const askPython = (python: string) => (asked.push(python), ['/pyenv/lib/site-packages']);
    const folders = foldersOf(machineWith(files, { environment: { PATH: '/shims' }, askPython }), packages);
    expect(asked).toEqual(['/shims/python3']);
    expect(folders).toContain('/pyenv/lib/site-packages/nvidia/cu13/lib');
  });

  it('have no cuDNN that is for CUDA 12: its files have the same names', () => {
    const site = '/usr/lib/python3.12/site-packages';
    const cudnn = (dist: string) =>
      foldersOf(
        machineWith(['/usr/bin/python3', `${site}/nvidia/cudnn/lib/libcudnn.so.9`, `${site}/${dist}/METADATA`], {
          environment: { PATH: '/usr/bin' },
        }),
        packages,
      );
    expect(cudnn('nvidia_cudnn_cu13-9.15.1.9.dist-info')).toContain(`${site}/nvidia/cudnn/lib`);
    expect(cudnn('nvidia_cudnn_cu12-9.15.1.9.dist-info')).not.toContain(`${site}/nvidia/cudnn/lib`);
  });
});
