import { useLingui } from "@lingui/react/macro";
import { SegmentedControl, Select, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useApi } from "@/api/context";
import { PointsInput } from "@/ui/forms/numbers";
import type { Kind } from "../words";

export interface BulkValues extends Record<string, unknown> {
  way: string;
  points: number | null;
  reason: string;
  note: string;
  /** The segment or the reward. */
  chosen: string | null;
}

interface FieldsProps {
  kind: Kind;
  form: UseFormReturnType<BulkValues>;
}

/** What has to be said for each kind of action. */
export function Fields({ kind, form }: FieldsProps) {
  const { t } = useLingui();
  const listed = kind === "add_to_segment" || kind === "remove_from_segment";
  return (
    <>
      {kind === "adjust_points" && (
        <>
          <SegmentedControl
            aria-label={t`Direction`}
            transitionDuration={0}
            data={[
              { value: "credit", label: t`Add points` },
              { value: "debit", label: t`Take points` },
            ]}
            {...form.getInputProps("way")}
          />
          <PointsInput
            label={t`Points for each member`}
            min={1}
            required
            {...form.getInputProps("points")}
          />
        </>
      )}
      {listed && <SegmentChoice form={form} />}
      {kind === "give_reward" && <RewardChoice form={form} />}
      {!listed && (
        <TextInput
          label={t`Reason`}
          description={t`For you and your colleagues; members do not see it.`}
          required
          maxLength={500}
          {...form.getInputProps("reason")}
        />
      )}
      {kind === "adjust_points" && (
        <TextInput
          label={t`Words for the member`}
          description={t`Optional; shown with the points, in your shop or app.`}
          maxLength={500}
          {...form.getInputProps("note")}
        />
      )}
    </>
  );
}

function SegmentChoice({ form }: Pick<FieldsProps, "form">) {
  const { t } = useLingui();
  const { api } = useApi();
  const segments = api.useQuery("get", "/v1/segments", {
    params: { query: { kind: "static", limit: 100 } },
  });
  const list = segments.data?.data ?? [];
  return (
    <Select
      label={t`Segment`}
      description={
        segments.data && list.length === 0
          ? t`There is no segment that is kept by hand yet; make one first.`
          : t`Only segments that are kept by hand.`
      }
      searchable
      required
      data={list.map(({ id, name }) => ({ value: id, label: name }))}
      {...form.getInputProps("chosen")}
    />
  );
}

function RewardChoice({ form }: Pick<FieldsProps, "form">) {
  const { t } = useLingui();
  const { api } = useApi();
  const rewards = api.useQuery("get", "/v1/rewards", {
    params: { query: { status: "active", limit: 100 } },
  });
  return (
    <Select
      label={t`Reward`}
      description={t`Members have it for nothing; stock and limits count as always.`}
      searchable
      required
      data={(rewards.data?.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
      {...form.getInputProps("chosen")}
    />
  );
}
