import { useLingui } from "@lingui/react/macro";
import { MultiSelect, SegmentedControl, Select, Stack } from "@mantine/core";
import { useState } from "react";
import { useApi, useMay } from "@/api/context";
import { DayInput } from "@/ui/forms/DateTimeInput";
import { type Member, MemberPicker } from "@/ui/forms/MemberPicker";
import type { Names } from "../queries";
import type { PartProps } from "./EventFields";

/** A member, or somebody who is described. */
export function Whose({ event, set, names }: PartProps & { names: Names }) {
  const { t } = useLingui();
  const { api } = useApi();
  const may = useMay();
  const [picking, setPicking] = useState(event.member !== null);
  const found = api.useQuery(
    "get",
    "/v1/members/{member_id}",
    { params: { path: { member_id: event.member ?? "" } } },
    { enabled: event.member !== null },
  );
  const chosen = event.member === null ? null : ((found.data as Member | undefined) ?? null);
  return (
    <Stack gap="sm">
      {may("members:read") && (
        <SegmentedControl
          aria-label={t`Whose it is`}
          value={picking ? "member" : "described"}
          onChange={(next) => {
            setPicking(next === "member");
            if (next !== "member") set({ member: null });
          }}
          data={[
            { value: "described", label: t`Somebody new` },
            { value: "member", label: t`A member` },
          ]}
        />
      )}
      {picking ? (
        <MemberPicker
          label={t`Member`}
          description={t`Their tier, segments and limits count as they are.`}
          value={chosen}
          onChange={(member) => set({ member: member?.id ?? null })}
        />
      ) : (
        <>
          <Select
            label={t`Tier`}
            placeholder={t`the one that new members get`}
            clearable
            data={names.tiers.map(({ id, name }) => ({ value: id, label: name }))}
            value={event.tier}
            onChange={(tier) => set({ tier })}
          />
          {names.segments.length > 0 && (
            <MultiSelect
              label={t`Segments`}
              data={names.segments.map(({ id, name }) => ({ value: id, label: name }))}
              value={event.segments}
              onChange={(segments) => set({ segments })}
            />
          )}
          <DayInput
            label={t`Birthday`}
            value={event.birthday}
            onChange={(birthday) => set({ birthday })}
          />
        </>
      )}
    </Stack>
  );
}
