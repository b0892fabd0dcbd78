import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { type Schemas, useApi, useMay, useMe } from "@/api/context";
import { withoutPlace } from "../url";

export type SavedView = Schemas["SavedViewOut"];
export type Search = SavedView["search"];

/** Where views are kept, and which one the address was opened with. */
export interface Views {
  list: SavedView[];
  /** Whether this person may share views, and change those that are shared. */
  mayShare: boolean;
  save: (view: { name: string; shared: boolean; search: Search }) => Promise<SavedView>;
  change: (view: SavedView, patch: Schemas["SavedViewPatch"]) => Promise<unknown>;
  remove: (view: SavedView) => Promise<unknown>;
  /** Whether the list opens with it for this person. */
  setDefault: (view: SavedView, on: boolean) => Promise<unknown>;
}

/** What a view keeps of an address: all but the place in the list, and what is open beside it. */
export function searchOfView(search: Record<string, unknown>): Search {
  const rest = withoutPlace(search);
  delete rest.view;
  delete rest.open;
  return rest;
}

export const sameSearch = (a: Search, b: Search) => canonical(a) === canonical(b);
const canonical = (search: Search) => JSON.stringify(Object.entries(search).sort());

/** The views of a list, by the path of its screen: `views={useViews("members")}`. */
export function useViews(screen: string): Views | undefined {
  const { api, client } = useApi();
  const person = useMe().actor_type === "staff";
  const may = useMay();
  const queries = useQueryClient();
  const asked = api.useQuery(
    "get",
    "/v1/saved-views",
    { params: { query: { screen } } },
    { enabled: person, staleTime: 60_000 },
  );
  const list = asked.data?.data ?? [];
  useDefaultView(person ? asked.data?.data : undefined);
  if (!person || asked.data === undefined) return undefined;
  const written = async <T>(work: Promise<T>) => {
    const answer = await work;
    await queries.invalidateQueries({ queryKey: ["get", "/v1/saved-views"] });
    return answer;
  };
  const path = (view: SavedView) => ({ path: { saved_view_id: view.id } });
  return {
    list,
    mayShare: may("auth:invite"),
    save: async (view) => {
      const answer = await written(
        client.POST("/v1/saved-views", { body: { screen, ...view } as Schemas["SavedViewIn"] }),
      );
      return answer.data as SavedView;
    },
    change: (view, patch) =>
      written(
        client.PATCH("/v1/saved-views/{saved_view_id}", {
          params: path(view),
          body: { version: view.version, ...patch },
        }),
      ),
    remove: (view) =>
      written(client.DELETE("/v1/saved-views/{saved_view_id}", { params: path(view) })),
    setDefault: (view, on) =>
      written(
        client.PUT("/v1/saved-views/default", {
          body: { screen, view_id: on ? view.id : null },
        }),
      ),
  };
}

/** A list that is opened without a word in its address opens with the person's default view. */
function useDefaultView(list: SavedView[] | undefined) {
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as Record<string, unknown>;
  const looked = useRef(false);
  const bare = Object.keys(search).length === 0;
  useEffect(() => {
    if (list === undefined || looked.current) return;
    looked.current = true;
    const view = list.find(({ is_default }) => is_default);
    if (view === undefined || !bare) return;
    void navigate({ to: ".", search: { ...view.search, view: view.id } as never, replace: true });
  }, [list, bare, navigate]);
}
