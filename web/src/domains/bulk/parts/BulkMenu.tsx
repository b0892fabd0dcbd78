import { useLingui as useDescriptors } from "@lingui/react";
import { Trans } from "@lingui/react/macro";
import { Button, Menu } from "@mantine/core";
import { IconChevronUp } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { useMay } from "@/api/context";
import type { Chosen } from "@/ui/table/columns";
import { type Kind, KINDS } from "../words";

const BulkDialog = lazy(() => import("./BulkDialog"));

interface BulkMenuProps {
  chosen: Chosen<unknown>;
  /** What the list is filtered by, for “all that match”. */
  filter: Record<string, unknown>;
  onStarted: () => void;
}

/** What can be done to the members that are chosen in a list. */
export function BulkMenu({ chosen, filter, onStarted }: BulkMenuProps) {
  const { _ } = useDescriptors();
  const may = useMay();
  const [kind, setKind] = useState<Kind | null>(null);
  const kinds = (Object.keys(KINDS) as Kind[]).filter((each) => may(KINDS[each].permission));
  if (!may("bulk:run") || kinds.length === 0) return null;
  return (
    <>
      <Menu position="top-end" shadow="md" withInitialFocusPlaceholder={false}>
        <Menu.Target>
          <Button size="xs" rightSection={<IconChevronUp size={14} />}>
            <Trans>Do with them</Trans>
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {kinds.map((each) => (
            <Menu.Item key={each} onClick={() => setKind(each)}>
              {_(KINDS[each].begin)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {kind !== null && (
        <Suspense fallback={null}>
          <BulkDialog
            kind={kind}
            whom={chosen.kind === "all" ? { filter } : { member_ids: chosen.ids }}
            onClose={() => setKind(null)}
            onStarted={onStarted}
          />
        </Suspense>
      )}
    </>
  );
}
