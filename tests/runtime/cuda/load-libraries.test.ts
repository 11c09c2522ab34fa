import { execFileSync } from 'node:child_process';
import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../src/graph/onnx.js';
import { findLibraries, parts } from '../../../src/runtime/cuda/libraries.js';
import { loadLibraries } from '../../../src/runtime/cuda/load-libraries.js';
import { tryProvider } from '../../../src/runtime/cuda/provider.js';
import { fakeCuda, readReport } from '../../support/fake-cuda/fake-cuda.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const nothingHeld = { deviceBytes: 0, pinnedBytes: 0, streams: 0, events: 0, graphs: 0, handles: 0 };

function librariesIn(folder: string) {
  return findLibraries([{ name: 'test', folders: [folder] }], existsSync);
}

/** x and its product with itself. */
function modelOf(): Uint8Array {
  const graph = new GraphBuilder('small');
  const x = graph.input('x', 'float32', [4, 4]);
  graph.output('y', graph.node('MatMul', [x, x]), 'float32', [4, 4]);
  return graph.build({ file: '', place: () => ({ offset: 0, length: 0 }) }).model;
}

describe.runIf(fakeCuda)('the libraries of the CUDA provider', () => {
  const { folder, report } = fakeCuda ?? { folder: '', report: () => undefined };

  it('are loaded by their paths, so that a session is made on the device, and all of it is given back', async () => {
    tryProvider(await loadLibraries(librariesIn(folder)), 0, modelOf());
    expect(report()).toMatchObject({ held: nothingHeld, faults: [] });
  });

  it('come beside the ONNX Runtime of onnxruntime-node, whichever was first', async () => {
    const { default: ort } = await import('onnxruntime-node');
    await (await ort.InferenceSession.create(modelOf())).release();
    const core = await loadLibraries(librariesIn(folder));
    expect(core.path).toBe(join(folder, 'libonnxruntime.so.1.30.0'));
    tryProvider(core, 0, modelOf());
  });

  it('say in one line what the provider has against a card that is not there', async () => {
    const core = await loadLibraries(librariesIn(folder));
    expect(() => tryProvider(core, 7, modelOf())).toThrow(/^ONNX Runtime cannot use the GPU: .*device_id.*$/);
    expect(report()).toMatchObject({ held: nothingHeld });
  });

  it.each(parts.filter((part) => part.for === 'steps').map(({ name, files }) => [name, files] as const))(
    'are refused where %s is missing, by its name and what brings it',
    async (name, files) => {
      const { found, missing } = librariesIn(folder);
      const part = found.find((other) => other.name === name);
      if (!part) throw new Error(`${name} is not in ${folder}`);
      const without = { found: found.filter((other) => other !== part), missing: [...missing, part] };
      const error = await loadLibraries(without).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'CUDA_LIBRARIES' });
      for (const file of files) expect(String(error)).toContain(file);
    },
  );

  it('name a file that is no library, and why', async () => {
    const broken = temporaryFolder('broken-cuda');
    for (const file of parts.flatMap(({ files }) => files)) {
      if (file !== 'libcurand.so.10' && existsSync(join(folder, file)))
        symlinkSync(join(folder, file), join(broken, file));
    }
    writeFileSync(join(broken, 'libcurand.so.10'), 'not a library');
    await expect(loadLibraries(librariesIn(broken))).rejects.toThrow(
      `${broken}/libcurand.so.10 (cuRAND) cannot be loaded: ${broken}/libcurand.so.10: `,
    );
  });

  it('are held by nobody when a thread has used them and its process ends', () => {
    const file = join(temporaryFolder('cuda-report'), 'report.json');
    const program = fileURLToPath(new URL('../../support/fake-cuda/in-threads.js', import.meta.url));
    const said = execFileSync(process.execPath, [program, folder], {
      encoding: 'utf8',
      env: { ...process.env, FAKE_CUDA_REPORT: file },
    });
    expect(said).toBe('used by a thread\nused by a thread\n');
    expect(readReport(file)).toMatchObject({ held: nothingHeld, faults: [] });
  });
});
