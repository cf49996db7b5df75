import { defineConfig } from "vite";

export default defineConfig({
  // The element loads files from beside itself. Pre-bundling would move its script away from them.
  optimizeDeps: { exclude: ["pingone-mfa"] },
});
