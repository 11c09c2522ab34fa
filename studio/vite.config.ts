import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = 'http://127.0.0.1:4000';

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
  // `npx vite studio` beside a running `npm start`.
  server: { proxy: { '/graphql': { target: server, ws: true }, '/pictures': server } },
});
