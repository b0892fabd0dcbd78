import { plural } from "@lingui/core/macro";
import { useLingui as useDescriptors } from "@lingui/react";
import { useLingui } from "@lingui/react/macro";
import { Modal, Stack } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type Schemas, useApi } from "@/api/context";
import { Submit } from "@/ui/forms/Submit";
import { useApiForm } from "@/ui/forms/useApiForm";
import { useTenantPath } from "@/ui/tenant";
import { useToast } from "@/ui/toast";
import { type Action, type Kind, KINDS } from "../words";
import { type BulkValues, Fields } from "./Fields";
import { Preview } from "./Preview";

interface BulkDialogProps {
  kind: Kind;
  whom: Pick<Schemas["BulkActionIn"], "member_ids" | "filter">;
  onClose: () => void;
  onStarted: () => void;
}

/** Asks how, says what will happen to how many, and begins it. */
export default function BulkDialog({ kind, whom, onClose, onStarted }: BulkDialogProps) {
  const { t } = useLingui();
  const { _ } = useDescriptors();
  const { client } = useApi();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const below = useTenantPath();
  const toast = useToast();
  const { form, save, saving, notices } = useApiForm({
    initialValues: {
      way: "credit",
      points: null,
      reason: "",
      note: "",
      chosen: null,
    } as BulkValues,
    submit: async (values) =>
      (await client.POST("/v1/bulk-actions", { body: bodyOf(kind, whom, values) })).data,
    onSaved: async (started) => {
      onStarted();
      onClose();
      toast.done(t`It has begun.`);
      await queries.invalidateQueries({ queryKey: ["get", "/v1/bulk-actions"] });
      if (started) await navigate({ to: below(`bulk-actions/${started.id}`) as never });
    },
    silent: true,
  });
  const values = form.getValues();
  const body = JSON.stringify(bodyOf(kind, whom, values, "…"));
  const [asked] = useDebouncedValue(body, 300);
  const ready = isReady(kind, values);
  const preview = useQuery({
    queryKey: ["bulk-preview", asked],
    queryFn: async () =>
      (
        await client.POST("/v1/bulk-actions/preview", {
          body: JSON.parse(asked) as Schemas["BulkActionIn"],
        })
      ).data,
    enabled: ready && asked === body,
    retry: false,
    gcTime: 0,
  });
  const said = kind === "add_to_segment" || kind === "remove_from_segment" || values.reason.trim();
  const total = preview.data?.total;
  return (
    <Modal
      opened
      onClose={onClose}
      title={_(KINDS[kind].title)}
      closeButtonProps={{ "aria-label": t`Close` }}
      size="lg"
    >
      <form onSubmit={save}>
        <Stack>
          {notices}
          <Fields kind={kind} form={form} />
          {ready && <Preview preview={preview} />}
          <Submit
            saving={saving}
            waits={t`Beginning…`}
            color={kind === "block" ? "red" : undefined}
            blocked={
              !ready
                ? t`Fill in the fields first`
                : !said
                  ? t`Say why first`
                  : total === undefined
                    ? t`The effect is being computed`
                    : undefined
            }
          >
            {total === undefined
              ? _(KINDS[kind].title)
              : t`Go on with ${plural(total, { one: "# member", other: "# members" })}`}
          </Submit>
        </Stack>
      </form>
    </Modal>
  );
}

const isReady = (kind: Kind, values: BulkValues): boolean =>
  kind === "adjust_points"
    ? (values.points ?? 0) > 0
    : kind === "block" || kind === "unblock" || values.chosen !== null;

function bodyOf(
  kind: Kind,
  whom: BulkDialogProps["whom"],
  values: BulkValues,
  unsaid?: string,
): Schemas["BulkActionIn"] {
  // The preview does not ask again with each letter of the texts.
  const reason = unsaid ?? values.reason.trim();
  const note = unsaid === undefined ? values.note.trim() || null : null;
  return { ...whom, action: actionOf(kind, values, reason, note) };
}

function actionOf(kind: Kind, values: BulkValues, reason: string, note: string | null): Action {
  const points = (values.points ?? 0) * (values.way === "credit" ? 1 : -1);
  const chosen = values.chosen ?? "";
  switch (kind) {
    case "adjust_points":
      return { type: kind, points, reason, member_note: note };
    case "give_reward":
      return { type: kind, reward_id: chosen, reason };
    case "block":
    case "unblock":
      return { type: kind, reason };
    default:
      return { type: kind, segment_id: chosen };
  }
}
