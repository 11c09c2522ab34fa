import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: '../dist/studio',
    emptyOutDir: true,
    // What is small enough for that would be inlined as data, which the page's Content-Security-Policy refuses.
    assetsInlineLimit: 0,
    // One bundle, loaded at once: there is nothing to preload.
    modulePreload: false,
  },
});
