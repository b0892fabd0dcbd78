import { useLingui as useDescriptors } from "@lingui/react";
import { useLingui } from "@lingui/react/macro";
import { useDebouncedValue } from "@mantine/hooks";
import { createSpotlight, Spotlight, type SpotlightActionData } from "@mantine/spotlight";
import { IconArrowRight, IconSearch, IconUser } from "@tabler/icons-react";
import { keepPreviousData } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useApi, useMay } from "@/api/context";
import { pathOf } from "@/ui/entities";
import { memberName } from "@/ui/memberName";
import { useActions, useScreens } from "../screens";

const [store, palette] = createSpotlight();
const MEMBERS = 7;

/** Everything that one can reach by typing: screens, actions, members, and whatever has an id. */
export default function Palette({ wanted }: { wanted: number }) {
  const { t } = useLingui();
  const [text, setText] = useState("");
  const members = useMemberActions(text);
  const everywhere = usePlaces();
  const record = useRecord(text);
  useEffect(() => {
    palette.open();
  }, [wanted]);
  return (
    <Spotlight
      store={store}
      query={text}
      onQueryChange={setText}
      shortcut={null}
      scrollable
      highlightQuery
      maxHeight="24rem"
      nothingFound={t`Nothing found`}
      searchProps={{
        leftSection: <IconSearch size={18} />,
        placeholder: t`A screen, a member, an id…`,
        "aria-label": t`Search`,
      }}
      actions={[...record, ...everywhere, { group: t`Members`, actions: members }]}
      filter={(query, actions) => {
        const words = query.toLowerCase().split(/\s+/).filter(Boolean);
        const fits = (action: SpotlightActionData) =>
          action.keywords === query ||
          words.every((word) => (action.label ?? "").toLowerCase().includes(word));
        // What begins with the words comes first: "members" means the screen of that name.
        const rank = (action: SpotlightActionData) =>
          (action.label ?? "").toLowerCase().startsWith(query.trim().toLowerCase()) ? 0 : 1;
        return actions
          .map((each) =>
            "actions" in each
              ? { ...each, actions: each.actions.filter(fits).sort((a, b) => rank(a) - rank(b)) }
              : each,
          )
          .filter((each) => !("actions" in each) || each.actions.length > 0);
      }}
    />
  );
}

function useGo(): (path: string) => void {
  const { tenant } = useApi();
  const router = useRouter();
  return (path) => router.history.push(`${router.basepath}/${tenant}${path && `/${path}`}`);
}

function usePlaces() {
  const { t } = useLingui();
  const { _ } = useDescriptors();
  const go = useGo();
  const screens = useScreens()
    .filter((screen) => screen.nav !== undefined)
    .map((screen) => {
      const Icon = screen.nav?.icon ?? IconArrowRight;
      return {
        id: `screen ${screen.path}`,
        label: screen.nav ? _(screen.nav.label) : screen.path,
        leftSection: <Icon size={16} />,
        onClick: () => go(screen.path),
      };
    });
  const actions = useActions().map((action) => ({
    id: `action ${action.to}`,
    label: _(action.label),
    leftSection: <IconArrowRight size={16} />,
    onClick: () => go(action.to),
  }));
  return [
    { group: t`Screens`, actions: screens },
    { group: t`Actions`, actions },
  ];
}

function useMemberActions(text: string): SpotlightActionData[] {
  const { api } = useApi();
  const may = useMay();
  const go = useGo();
  const [search] = useDebouncedValue(text.trim(), 150);
  const enabled = search.length > 1 && may("members:read");
  const found = api.useQuery(
    "get",
    "/v1/members",
    { params: { query: { search, limit: MEMBERS } } },
    { enabled, placeholderData: keepPreviousData, retry: false },
  );
  if (!enabled || found.data === undefined) return [];
  return found.data.data.map((member) => ({
    id: member.id,
    label: memberName(member),
    description: member.email ?? member.external_id ?? undefined,
    // The server has found it by whatever it is known by.
    keywords: text,
    leftSection: <IconUser size={16} />,
    onClick: () => go(`members/${member.id}`),
  }));
}

function useRecord(text: string) {
  const { t } = useLingui();
  const go = useGo();
  const id = text.trim();
  const path = pathOf(id);
  if (path === null) return [];
  const action = {
    id: `record ${id}`,
    label: id,
    keywords: text,
    leftSection: <IconArrowRight size={16} />,
    onClick: () => go(path),
  };
  return [{ group: t`Open it`, actions: [action] }];
}
