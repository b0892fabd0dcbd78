import { type Schemas, useApi } from "@/api/context";
import type { SectionOut, Values } from "./model";

export type Version = Schemas["VersionOut"];

/** The versions of a section, newest first. */
export function useHistory(section: string, enabled = true) {
  const { api } = useApi();
  return api.useQuery(
    "get",
    "/v1/settings/{section}/history",
    { params: { path: { section }, query: { limit: 100 } } },
    { enabled },
  );
}

/** All values of a version, which keeps only those that were no defaults. */
export const valuesOf = (section: SectionOut, version: Version | undefined): Values => ({
  ...section.defaults,
  // Settings that are gone by now are nobody's.
  ...Object.fromEntries(
    Object.entries(version?.values ?? {}).filter(([name]) => name in section.defaults),
  ),
});
