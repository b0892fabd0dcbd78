import type { Plugin } from "vite";

/** Serve a face at its addresses while one works on it, as `laurels serve` does later. */
export function pages(faces: string[]): Plugin {
  return {
    name: "laurels:pages",
    apply: "serve",
    configureServer: (server) => {
      server.middlewares.use((request, _response, next) => {
        const face = request.url?.split(/[/?]/)[1] ?? "";
        if (faces.includes(face)) request.url = `/ui/${face}.html`;
        next();
      });
    },
  };
}
