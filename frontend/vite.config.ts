import { tanstackRouter } from '@tanstack/router-plugin/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The gateway that `npm run dev` asks; `make site` starts one.
const gateway = process.env.GATEWAY ?? 'http://localhost:3000';

export default defineConfig({
  resolve: { alias: { '@': new URL('src', import.meta.url).pathname } },
  plugins: [tanstackRouter({ target: 'react', autoCodeSplitting: true, routeFileIgnorePattern: '^kept' }), react()],
  build: {
    target: 'es2022',
    // Nothing is inlined as data: addresses, so that the policy of the site may stay as strict as it is.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
    license: true,
  },
  server: { port: 5173, proxy: { '/api': gateway, '/v1': gateway, '/v1beta': gateway } },
});
