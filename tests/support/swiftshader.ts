import { existsSync } from 'node:fs';
import { dirname } from 'node:path';

/** Chromium brings SwiftShader, a Vulkan that computes on the CPU: with it WebGPU works without a graphics card. */
const folders = [
  ...(process.env.CHROMIUM === undefined ? [] : [dirname(process.env.CHROMIUM)]),
  '/usr/lib/chromium',
  '/usr/lib/chromium-browser',
  '/opt/google/chrome',
];
const files = ['libvulkan.so.1', 'vk_swiftshader_icd.json', 'libvk_swiftshader.so'];

export interface SwiftShader {
  /** What a process that is to find it has in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Has this process find it. */
  readonly use: () => Promise<void>;
}

/** That of this machine; undefined where there is none, which CI (`.ci/run` installs Chromium) does not put up with. */
export const swiftShader: SwiftShader | undefined = find();

function find(): SwiftShader | undefined {
  const folder = folders.find((each) => files.every((file) => existsSync(`${each}/${file}`)));
  if (folder === undefined) {
    const told = `There is no SwiftShader in ${folders.join(', ')}`;
    if (process.env.CI) throw new Error(`${told}: install Chromium.`);
    console.warn(`${told}: tests of WebGPU are left out. Install Chromium to have them run.`);
    return undefined;
  }
  const icd = { VK_ICD_FILENAMES: `${folder}/vk_swiftshader_icd.json` };
  return {
    environment: { ...icd, LD_LIBRARY_PATH: folder },
    use: async () => {
      Object.assign(process.env, icd);
      const { default: koffi } = await import('koffi');
      // Whoever asks for it by its name alone gets what is loaded already.
      koffi.load(`${folder}/libvulkan.so.1`, { global: true });
    },
  };
}
