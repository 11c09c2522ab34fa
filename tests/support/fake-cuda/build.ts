import { execFileSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sources = fileURLToPath(new URL('.', import.meta.url));

/** Each fake, and what of it is written by hand. */
const fakes = [
  { file: 'libcudart.so.13', source: 'cudart.c' },
  { file: 'libcublasLt.so.13', source: 'cublas.c' },
  { file: 'libcublas.so.13', source: 'cublas.c' },
  { file: 'libcurand.so.10', source: 'curand.c' },
  { file: 'libcuda.so.1', source: undefined },
] as const;

/**
 * Fills a folder with the provider, by links, and a CUDA made for it: whatever the provider imports and no C file here has
 * is generated, so that it loads.
 *
 * @param provider the files of ONNX Runtime for CUDA
 */
export function buildFakeCuda(provider: readonly string[], folder: string): void {
  for (const file of provider) symlinkSync(file, join(folder, basename(file)));
  const imports = execFileSync('nm', ['-D', '--undefined-only', join(folder, 'libonnxruntime_providers_cuda.so')], {
    encoding: 'utf8',
  });
  for (const { file, source } of fakes) {
    const own = importsOf(file, imports);
    const stubs = join(folder, `${file}.c`);
    const versions = join(folder, `${file}.map`);
    writeFileSync(stubs, [declarations, ...own.map(stubOf)].join('\n'));
    writeFileSync(versions, `${file} { global: *; };\n`);
    const inputs = source === undefined ? [stubs] : [stubs, join(sources, source)];
    const flags = ['-shared', '-fPIC', '-O1', '-w', `-Wl,-soname,${file}`, `-Wl,--version-script=${versions}`];
    execFileSync('gcc', [...flags, ...inputs, '-o', join(folder, file)], { stdio: ['ignore', 'inherit', 'inherit'] });
  }
}

/** The driver's own functions come without the name of their library. */
function importsOf(file: string, imports: string): string[] {
  const pattern =
    file === 'libcuda.so.1' ? / U (cu[A-Z]\w*)$/gm : new RegExp(` U (\\w+)@${file.replaceAll('.', '\\.')}$`, 'gm');
  return [...imports.matchAll(pattern)].map(([, name = '']) => name);
}

const declarations = 'int fake_count(const char *); int fake_create(void **); int fake_destroy(void *);';

/** Weak, so that what is written by hand goes before it. What computes in cuBLAS counts as a kernel. */
function stubOf(name: string): string {
  const head = (parameters: string) => `__attribute__((weak)) int ${name}(${parameters})`;
  if (/^cublas.*Create(_v2)?$/.test(name)) return `${head('void **out')} { return fake_create(out); }`;
  if (/^cublas.*Destroy(_v2)?$/.test(name)) return `${head('void *handle')} { return fake_destroy(handle); }`;
  if (/Set|Get|Init|^(__)?cuda|^cu[A-Z]/.test(name)) return `${head('void')} { return 0; }`;
  return `${head('void')} { return fake_count("${name}"); }`;
}
