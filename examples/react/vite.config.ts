import { defineConfig } from "vite";

export default defineConfig({
  // The element finds its files beside itself; joined with others for the development server it would look elsewhere.
  optimizeDeps: { exclude: ["pingone-mfa"] },
});
