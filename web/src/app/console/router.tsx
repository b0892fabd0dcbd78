import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
} from "@tanstack/react-router";
import { NotFound } from "@/ui/NotFound";
import { screensOf } from "./domains";
import { Shell } from "./Shell";

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });

const outside = [
  createRoute({
    getParentRoute: () => root,
    path: "/",
    component: lazyRouteComponent(() => import("./signing/Choose")),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "sign-in",
    component: lazyRouteComponent(() => import("./signing/SignIn")),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "one-time",
    component: lazyRouteComponent(() => import("./signing/OneTime")),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "invitation",
    component: lazyRouteComponent(() => import("./signing/Invitation")),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "forgot-password",
    component: lazyRouteComponent(() => import("./signing/ForgotPassword")),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "reset-password",
    component: lazyRouteComponent(() => import("./signing/ResetPassword")),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "docs/$",
    component: lazyRouteComponent(() => import("./docs/Docs")),
  }),
];

if (import.meta.env.DEV)
  outside.push(
    createRoute({
      getParentRoute: () => root,
      path: "gallery",
      component: lazyRouteComponent(() => import("@/ui/gallery/Gallery")),
    }) as never,
  );

const tenant = createRoute({ getParentRoute: () => root, path: "$tenant", component: Shell });
const screens = screensOf("tenant").map((screen) =>
  createRoute({
    getParentRoute: () => tenant,
    path: screen.path === "" ? "/" : screen.path,
    component: lazyRouteComponent(screen.page),
  }),
);

const platform = createRoute({
  getParentRoute: () => root,
  path: "platform",
  component: () => <Shell tenant="platform" />,
});
const platformScreens = screensOf("platform").map((screen) =>
  createRoute({
    getParentRoute: () => platform,
    path: screen.path === "" ? "/" : screen.path,
    component: lazyRouteComponent(screen.page),
  }),
);

export const router = createRouter({
  basepath: "/console",
  routeTree: root.addChildren([
    ...outside,
    platform.addChildren(platformScreens),
    tenant.addChildren(screens),
  ]),
  defaultPreload: "intent",
  scrollRestoration: true,
});
