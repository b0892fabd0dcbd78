import { useLingui } from "@lingui/react/macro";
import { ActionIcon } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useApi } from "@/api/context";
import { useToast } from "@/ui/toast";
import type { Segment } from "../queries";

interface RemoveButtonProps {
  segment: Segment;
  memberId: string;
}

/** Takes a member from a list, and puts them back when that was a slip. */
export function RemoveButton({ segment, memberId }: RemoveButtonProps) {
  const { t } = useLingui();
  const { client } = useApi();
  const queries = useQueryClient();
  const toast = useToast();
  const [busy, setBusy] = useState(false);
  const request = {
    params: { path: { segment_id: segment.id } },
    body: { members: [memberId], external_ids: [], identifiers: [] },
  };
  const undo = async () => {
    await client.POST("/v1/segments/{segment_id}/members", request);
    await queries.invalidateQueries();
  };
  const remove = async () => {
    setBusy(true);
    try {
      await client.POST("/v1/segments/{segment_id}/members/remove", request);
      toast.done(t`Taken from the list.`, { undo });
      await queries.invalidateQueries();
    } catch (error) {
      toast.failed(error);
      setBusy(false);
    }
  };
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      loading={busy}
      aria-label={t`Take from the list`}
      onClick={() => void remove()}
    >
      <IconX size={14} aria-hidden />
    </ActionIcon>
  );
}
