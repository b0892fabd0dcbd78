import type { Plugin } from "vite";

/** Fetch the letters of English and German with the page, not when the first of them is drawn. */
export function preloadFont(named: RegExp): Plugin {
  return {
    name: "laurels:preload-font",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler: (_html, { bundle }) =>
        Object.keys(bundle ?? {})
          .filter((name) => named.test(name))
          .map((name) => ({
            tag: "link",
            attrs: {
              rel: "preload",
              as: "font",
              type: "font/woff2",
              crossorigin: "",
              href: `/ui/${name}`,
            },
            injectTo: "head-prepend" as const,
          })),
    },
  };
}
