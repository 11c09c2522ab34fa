import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { findLibraries, parts, type CudaLibraries, type Place } from './libraries.js';

/** The properties of a machine that decide where to look for libraries. */
export interface Machine {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly exists: (path: string) => boolean;
  /** The names in a folder; empty if the folder does not exist. */
  readonly list: (folder: string) => readonly string[];
  /** The output of `ldconfig -p`: the libraries known to the system's loader. */
  readonly loaderCache: () => string;
  /** The package folders that a Python reports. */
  readonly askPython: (python: string) => readonly string[];
}

/** Where `randar setup-cuda` puts libraries. */
export function cacheFolder({ environment, home }: Pick<Machine, 'environment' | 'home'>): string {
  const [cache = join(home, '.cache')] = pathsIn(environment.XDG_CACHE_HOME);
  return join(cache, 'randar', 'cuda-13');
}

/** Where libraries may be. RANDAR_CUDA_LIBRARIES lists folders to search first, separated by colons. */
export function libraryPlaces(machine: Machine): Place[] {
  const { environment } = machine;
  return [
    { name: 'RANDAR_CUDA_LIBRARIES', folders: pathsIn(environment.RANDAR_CUDA_LIBRARIES) },
    { name: 'setup-cuda', folders: [cacheFolder(machine)] },
    { name: 'LD_LIBRARY_PATH', folders: pathsIn(environment.LD_LIBRARY_PATH) },
    { name: 'CUDA toolkit', folders: toolkitFolders(machine) },
    { name: 'system', folders: systemFolders(machine) },
    {
      name: 'Python packages',
      folders: pythonPackages(machine).flatMap((folder) => packagedLibraries(machine, folder)),
    },
  ];
}

function pathsIn(list: string | undefined): string[] {
  return (list ?? '').split(':').filter((path) => path !== '');
}

function toolkitFolders({ environment, list }: Machine): string[] {
  const named = [environment.CUDA_HOME, environment.CUDA_PATH].filter((path) => path !== undefined && path !== '');
  const usual = list('/usr/local').filter((name) => /^cuda(-13(\.\d+)?)?$/.test(name));
  const toolkits = [...named, ...usual.map((name) => `/usr/local/${name}`)];
  return toolkits.flatMap((toolkit) => [`${toolkit}/lib64`, `${toolkit}/targets/x86_64-linux/lib`]);
}

/** The folders of the libraries known to the loader, and the usual folders of drivers. */
function systemFolders({ loaderCache }: Machine): string[] {
  const wanted = new Set(parts.flatMap(({ files }) => files));
  const known = loaderCache()
    .split('\n')
    .map((line) => /^\s*(\S+) \(.*x86-64.*\) => (\S+)$/.exec(line))
    .filter((match) => match !== null && wanted.has(match[1] ?? ''))
    .map((match) => dirname(match?.[2] ?? ''));
  return [
    ...new Set([...known, '/usr/lib/x86_64-linux-gnu', '/usr/lib64', '/usr/lib/wsl/lib', '/usr/local/nvidia/lib64']),
  ];
}

/** The package folders of `python3`: derived from its path, or reported by itself (for pyenv, the path is a script). */
function pythonPackages({ environment, home, exists, list, askPython }: Machine): string[] {
  const bin = pathsIn(environment.PATH).find((folder) => exists(`${folder}/python3`));
  if (bin === undefined) return [];
  const near = ['lib', 'local/lib'].map((lib) => join(bin, '..', lib));
  const folders = [...near, join(home, '.local/lib')].flatMap((lib) =>
    list(lib)
      .filter((name) => /^python3(\.\d+)?$/.test(name))
      .flatMap((name) => [`${lib}/${name}/site-packages`, `${lib}/${name}/dist-packages`]),
  );
  const there = folders.filter(exists);
  return there.length > 0 ? there : [...askPython(`${bin}/python3`)];
}

function packagedLibraries({ list }: Machine, packages: string): string[] {
  // cuDNN for CUDA 12 has the same file names, but would need a cuBLAS that is not there.
  const cudnnFor13 = list(packages).some((name) => name.startsWith('nvidia_cudnn_cu13-'));
  const nvidia = list(`${packages}/nvidia`).filter((name) => name !== 'cudnn' || cudnnFor13);
  return [...nvidia.map((name) => `${packages}/nvidia/${name}/lib`), `${packages}/onnxruntime/capi`];
}

/** This machine. */
export function thisMachine(environment: Machine['environment']): Machine {
  return {
    environment,
    home: homedir(),
    exists: existsSync,
    list: (folder) => (existsSync(folder) ? readdirSync(folder).sort() : []),
    loaderCache: () => output('/sbin/ldconfig', ['-p']),
    askPython: (python) =>
      output(python, ['-c', 'import site; print("\\n".join([*site.getsitepackages(), site.getusersitepackages()]))'])
        .split('\n')
        .filter((line) => line.startsWith('/')),
  };
}

/** A program's output; empty if it is missing or fails, since then it finds nothing. */
function output(program: string, args: readonly string[]): string {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 10_000 });
  } catch {
    return '';
  }
}

/** The libraries found on this machine, and those that are missing. */
export function findLibrariesHere(environment: Machine['environment']): CudaLibraries {
  const machine = thisMachine(environment);
  return findLibraries(libraryPlaces(machine), machine.exists);
}
