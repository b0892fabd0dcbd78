import { Trans } from "@lingui/react/macro";
import { Button, Group } from "@mantine/core";
import type { Paging } from "../url";

/** Goes back and on through a list; not there where all of it fits on one page. */
export function Pager({ paging, next }: { paging: Paging; next: string | null }) {
  if (!paging.hasPrevious && next === null) return null;
  return (
    <Group justify="flex-end" gap="xs" mt="sm" className="no-print">
      <Button variant="default" size="xs" disabled={!paging.hasPrevious} onClick={paging.previous}>
        <Trans>Previous</Trans>
      </Button>
      <Button
        variant="default"
        size="xs"
        disabled={next === null}
        onClick={() => next !== null && paging.next(next)}
      >
        <Trans>Next</Trans>
      </Button>
    </Group>
  );
}
