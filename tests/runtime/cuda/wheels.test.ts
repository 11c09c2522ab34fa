import { describe, expect, it } from 'vitest';
import { parts } from '../../../src/runtime/cuda/libraries.js';
import { pipArguments, wheels } from '../../../src/runtime/cuda/wheels.js';

describe('the wheels', () => {
  it('bring every part but the driver, each with all of its files', () => {
    for (const { name, files } of parts.filter(({ from }) => from === 'wheel')) {
      const wheel = wheels.find(({ part }) => part === name);
      expect(files.filter((file) => wheel?.wanted.test(file))).toEqual(files);
    }
    expect(wheels).toHaveLength(parts.length - 1);
  });

  it('are for Linux on x86-64, and named as what pip is asked for', () => {
    for (const { project, version, file } of wheels) {
      expect(file).toMatch(new RegExp(`^${project.replaceAll('-', '_')}-${version}-.*x86_64\\.whl$`));
    }
  });

  it('are asked for by their platforms, and by a Python where they were compiled for one', () => {
    const [runtime, , , , onnx] = wheels.map((wheel) => pipArguments(wheel, 'here').join(' '));
    expect(runtime).toContain('--platform manylinux2014_x86_64 --platform manylinux_2_17_x86_64 --dest here');
    expect(runtime).toMatch(/ nvidia-cuda-runtime==13\.0\.96$/);
    expect(runtime).not.toContain('--abi');
    expect(onnx).toContain('--implementation cp --python-version 311 --abi cp311');
  });
});
