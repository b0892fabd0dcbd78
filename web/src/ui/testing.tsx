import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { MantineProvider } from "@mantine/core";
import { cleanup } from "@testing-library/react";
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from "@tanstack/react-router";
import { createContext, type ReactNode, useContext } from "react";
import { afterEach } from "vitest";
import { Signed } from "./gallery/Signed";

// What Mantine asks a browser for, and jsdom has not.
window.matchMedia = (media) =>
  ({ matches: false, media, addEventListener() {}, removeEventListener() {} }) as never;
window.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
window.scrollTo = () => {};

afterEach(cleanup);

const Tested = createContext<ReactNode>(null);

const root = createRootRoute({
  component: function Root() {
    return useContext(Tested);
  },
});
const anywhere = createRoute({ getParentRoute: () => root, path: "$", component: () => null });

/** A router at an address, with everything that parts need around them. */
export async function inRouter(address: string) {
  i18n.loadAndActivate({ locale: "en", messages: {} });
  const router = createRouter({
    routeTree: root.addChildren([anywhere]),
    history: createMemoryHistory({ initialEntries: [address] }),
  });
  await router.load();
  const wrapper = ({ children }: { children: ReactNode }) => (
    <I18nProvider i18n={i18n}>
      <MantineProvider env="test">
        <Tested value={<Signed>{children}</Signed>}>
          <RouterProvider router={router as never} />
        </Tested>
      </MantineProvider>
    </I18nProvider>
  );
  return { wrapper, router };
}
