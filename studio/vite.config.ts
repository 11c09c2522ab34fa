import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: '../dist/studio',
    emptyOutDir: true,
    // Never inline small files as data URIs, which the page's Content-Security-Policy forbids.
    assetsInlineLimit: 0,
    // There is a single bundle, so nothing to preload.
    modulePreload: false,
  },
});
