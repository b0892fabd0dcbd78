import { Trans, useLingui } from "@lingui/react/macro";
import { Stack, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type Schemas, useApi } from "@/api/context";
import { useDrawer } from "@/ui/Drawer";
import { LocalNumberInput, PointsInput } from "@/ui/forms/numbers";
import { Submit } from "@/ui/forms/Submit";
import { useApiForm } from "@/ui/forms/useApiForm";
import { useToast } from "@/ui/toast";

type Program = Schemas["ProgramOut"];

const GRACE = 30;
const number = (value: number | string) => (value === "" ? null : Number(value));

/** Makes a program, or changes one. */
export function ProgramForm({ program }: { program?: Program }) {
  const { t } = useLingui();
  const { client } = useApi();
  const queries = useQueryClient();
  const drawer = useDrawer();
  const toast = useToast();
  const { form, save, saving, changed, notices } = useApiForm({
    initialValues: {
      name: program?.name ?? "",
      unit_name: program?.unit_name ?? "points",
      point_value: (program?.point_value ?? "0.01") as string | number,
      expiry_days: (program?.expiry_days ?? "") as string | number,
      maturity_days: program?.maturity_days ?? (0 as string | number),
      grace_days: program?.grace_days ?? (GRACE as string | number),
      minimum_redemption_points: program?.minimum_redemption_points ?? (1 as number | null),
    },
    submit: ({ expiry_days, maturity_days, grace_days, point_value, ...values }) => {
      const body = {
        ...values,
        point_value: String(point_value),
        maturity_days: number(maturity_days) ?? 0,
        grace_days: number(grace_days) ?? GRACE,
        // Sent only when it changes: that of the default program may follow a setting.
        ...(expiry_days === (program?.expiry_days ?? "")
          ? {}
          : { expiry_days: number(expiry_days) }),
      };
      return program
        ? client.PATCH("/v1/programs/{program_id}", {
            params: { path: { program_id: program.id } },
            body,
          })
        : client.POST("/v1/programs", { body });
    },
    onSaved: async () => {
      drawer.close();
      await queries.invalidateQueries();
      toast.done(program ? t`The program is changed.` : t`The program is created.`);
    },
  });
  return (
    <form onSubmit={save}>
      <Stack>
        {notices}
        <TextInput label={t`Name`} required {...form.getInputProps("name")} />
        <TextInput
          label={t`What its points are called`}
          description={t`Such as points, stars or miles.`}
          required
          {...form.getInputProps("unit_name")}
        />
        <LocalNumberInput
          label={t`Worth of one`}
          description={t`What one is worth in your currency when a purchase is paid with it.`}
          decimalScale={4}
          min={0}
          {...form.getInputProps("point_value")}
        />
        <LocalNumberInput
          label={t`Days until they expire`}
          description={t`Counted from the day after they were earned; empty: they never expire. Points that members already have keep their date.`}
          allowDecimal={false}
          min={1}
          {...form.getInputProps("expiry_days")}
        />
        <LocalNumberInput
          label={t`Days until they can be spent`}
          description={t`0: at once. Use it to wait until goods can no longer be returned.`}
          allowDecimal={false}
          min={0}
          {...form.getInputProps("maturity_days")}
        />
        <LocalNumberInput
          label={t`Extra days for points that come back`}
          description={t`When a refund or reversal returns points that have expired meanwhile.`}
          allowDecimal={false}
          min={1}
          {...form.getInputProps("grace_days")}
        />
        <PointsInput
          label={t`Smallest number to spend at once`}
          min={1}
          {...form.getInputProps("minimum_redemption_points")}
        />
        <Submit
          saving={saving}
          waits={t`Saving…`}
          blocked={program && !changed ? t`Nothing has changed` : undefined}
        >
          {program ? <Trans>Save</Trans> : <Trans>Create</Trans>}
        </Submit>
      </Stack>
    </form>
  );
}
