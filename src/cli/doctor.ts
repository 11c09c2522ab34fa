import { createRequire } from 'node:module';
import { totalmem } from 'node:os';
import { Command, Option } from 'commander';
import { findLibrariesHere } from '../runtime/cuda/library-places.js';
import type { FoundPart, Part } from '../runtime/cuda/libraries.js';
import { loadKoffi } from '../runtime/cuda/load-libraries.js';
import { versionOf } from '../runtime/cuda/library-versions.js';
import { findNvidia, oldestDriver, type Nvidia } from '../runtime/cuda/nvidia.js';
import { findProcessor, type Processor } from '../runtime/processor.js';
import { tryDevices, type DeviceTrial } from '../runtime/try-devices.js';
import { printBytes } from './progress.js';

interface Library extends Pick<FoundPart, 'name' | 'files' | 'folder' | 'place'> {
  readonly version?: string | undefined;
  /** Why the device cannot be used. */
  readonly problem?: string;
}

interface Findings {
  readonly node: string;
  readonly system: string;
  readonly onnxRuntime: string;
  readonly processor: Processor;
  readonly memoryBytes: number;
  readonly nvidia: Nvidia;
  readonly libraries: readonly Library[];
  readonly missing: readonly Pick<Part, 'name' | 'files' | 'for'>[];
  readonly devices: readonly DeviceTrial[];
  readonly toDo: readonly string[];
}

export const doctorCommand = new Command('doctor')
  .description('report hardware, libraries and usable devices, and suggest what to run')
  .addOption(new Option('--json', 'print JSON'))
  .action(async ({ json }: { json?: true }) => {
    const findings = await examine();
    process.stdout.write(json ? `${JSON.stringify(findings, null, 2)}\n` : describe(findings));
  });

async function examine(): Promise<Findings> {
  const libraries = findLibrariesHere(process.env);
  const nvidia = findNvidia();
  const devices = await tryDevices(libraries);
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };
  return {
    node: process.version,
    system: `${process.platform} ${process.arch}`,
    onnxRuntime: version,
    processor: findProcessor(),
    memoryBytes: totalmem(),
    nvidia,
    libraries: await Promise.all(libraries.found.map(examineLibrary)),
    missing: libraries.missing.map(({ name, files, for: use }) => ({ name, files, for: use })),
    devices,
    toDo: toDo(devices, nvidia, libraries.missing),
  };
}

async function examineLibrary(part: FoundPart): Promise<Library> {
  const { name, files, folder, place } = part;
  try {
    return { name, files, folder, place, version: versionOf(part, await loadKoffi()) };
  } catch (error) {
    return { name, files, folder, place, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Commands to run next, the most useful one first. */
export function toDo(devices: readonly DeviceTrial[], nvidia: Nvidia, missing: readonly Part[]): string[] {
  const works = (name: string) => devices.some(({ device, problem }) => device === name && problem === undefined);
  if (works('cuda')) {
    const pixels = missing.some((part) => part.for === 'pixels');
    return [
      'npx randar serve --device cuda',
      ...(pixels ? ['npx randar setup-cuda --pixels   (to render pictures on the GPU as well)'] : []),
    ];
  }
  const steps: string[] = [];
  if (nvidia.onBus && nvidia.driver === undefined) steps.push(`install NVIDIA’s driver, ${oldestDriver} or newer`);
  if (nvidia.driver !== undefined) {
    if (Number.parseInt(nvidia.driver) < oldestDriver) {
      steps.push(`update NVIDIA’s driver ${nvidia.driver} to ${oldestDriver} or newer`);
    }
    if (missing.some((part) => part.from === 'wheel' && part.for === 'steps')) steps.push('npx randar setup-cuda');
  }
  return [...steps, works('webgpu') ? 'npx randar serve --device webgpu' : 'npx randar serve'];
}

function describe(findings: Findings): string {
  const { node, system, onnxRuntime, processor, memoryBytes, nvidia, libraries, missing, devices } = findings;
  const features = processor.features.length > 0 ? `: ${processor.features.join(', ')}` : '';
  const sections: Record<string, readonly string[]> = {
    Node: [`${node} on ${system}`],
    'ONNX Runtime': [onnxRuntime],
    Processor: [`${processor.name}, ${processor.cores} cores${features}`],
    Memory: [printBytes(memoryBytes)],
    Driver: [nvidia.driver ?? (nvidia.onBus ? 'none, but there is an NVIDIA card' : 'no NVIDIA card')],
    Cards: nvidia.cards.map(({ index, name, memoryMiB, freeMiB, computeCapability }) => {
      return `cuda:${index} ${name}, ${memoryMiB} MiB, ${freeMiB} free, compute capability ${computeCapability}`;
    }),
    Libraries: [
      ...libraries.map(({ name, version, folder, place, problem }) => {
        const what = version === undefined ? name : `${name} ${version}`;
        return `${what} in ${folder} (${place})${problem === undefined ? '' : `: ${problem}`}`;
      }),
      ...missing.map(
        ({ name, files, for: use }) =>
          `${name}: missing ${files.join(', ')}${use === 'pixels' ? ' (needed only to render pictures)' : ''}`,
      ),
    ],
    Devices: devices.map(
      ({ device, problem }) => `${device} ${problem === undefined ? 'works' : `does not work: ${problem}`}`,
    ),
    'Next step': findings.toDo,
  };
  const width = Math.max(...Object.keys(sections).map(({ length }) => length)) + 2;
  return Object.entries(sections)
    .flatMap(([title, lines]) => lines.map((line, i) => `${(i === 0 ? title : '').padEnd(width)}${line}\n`))
    .join('');
}
