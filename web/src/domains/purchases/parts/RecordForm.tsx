import { Trans, useLingui } from "@lingui/react/macro";
import { Stack, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { type Schemas, useApi } from "@/api/context";
import { useDrawer } from "@/ui/Drawer";
import { DateTimeInput } from "@/ui/forms/DateTimeInput";
import { type Member, MemberPicker } from "@/ui/forms/MemberPicker";
import { MoneyInput } from "@/ui/forms/numbers";
import { Submit } from "@/ui/forms/Submit";
import { useApiForm } from "@/ui/forms/useApiForm";
import { useCurrency, useTenantPath } from "@/ui/tenant";
import { useToast } from "@/ui/toast";
import { LineFields, type LineValues, totalOf } from "./LineFields";
import { RecordPreview } from "./RecordPreview";

export type Body = Schemas["PurchaseIn"];

interface Values extends Record<string, unknown> {
  member_id: Member | null;
  lines: LineValues[];
  /** Where there are lines it is their sum. */
  amount: string | null;
  occurred_at: string | null;
  external_id: string;
  channel: string;
  note: string;
}

/** Records a purchase that no shop or till has sent, and says before what it earns and why. */
export function RecordForm() {
  const { t } = useLingui();
  const { client } = useApi();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const below = useTenantPath();
  const drawer = useDrawer();
  const toast = useToast();
  const currency = useCurrency();
  // One number for as long as the form is open: sent twice, it is one purchase.
  const [number] = useState(() => `H-${crypto.randomUUID().slice(0, 8).toUpperCase()}`);
  const { form, save, saving, notices } = useApiForm<Values, Schemas["PurchaseOut"] | undefined>({
    initialValues: {
      member_id: null,
      lines: [],
      amount: null,
      occurred_at: null,
      external_id: "",
      channel: "",
      note: "",
    },
    submit: async (values) => {
      const body = bodyOf(values, currency, number);
      if (body === null) return undefined;
      return (await client.POST("/v1/purchases", { body })).data as Schemas["PurchaseOut"];
    },
    onSaved: async (purchase) => {
      await queries.invalidateQueries();
      toast.done(t`The purchase is recorded.`);
      if (purchase === undefined) return drawer.close();
      await navigate({ to: below(`purchases/${purchase.id}`) as never });
    },
  });
  const { values } = form;
  const body = bodyOf(values, currency, number);
  return (
    <form onSubmit={save}>
      <Stack>
        {notices}
        <MemberPicker
          label={t`Member`}
          description={t`Without one it is a guest’s, and earns nothing until it is claimed.`}
          value={values.member_id}
          onChange={(chosen) => form.setFieldValue("member_id", chosen)}
          error={form.errors.member_id}
        />
        <LineFields form={form as never} />
        {values.lines.length === 0 && (
          <MoneyInput label={t`Amount`} required {...form.getInputProps("amount")} />
        )}
        <DateTimeInput
          label={t`Bought at`}
          description={t`Empty: now.`}
          {...form.getInputProps("occurred_at")}
        />
        <TextInput
          label={t`Number`}
          description={t`Of the receipt or order. Empty: ${number}.`}
          maxLength={128}
          {...form.getInputProps("external_id")}
        />
        <TextInput
          label={t`Channel`}
          description={t`Where it was bought, such as store or phone; rules may ask for it.`}
          maxLength={64}
          {...form.getInputProps("channel")}
        />
        <TextInput label={t`Note`} maxLength={1000} {...form.getInputProps("note")} />
        <RecordPreview body={body} off={saving} />
        <Submit
          saving={saving}
          waits={t`Recording the purchase…`}
          blocked={body === null ? t`Say how much was paid` : undefined}
        >
          <Trans>Record the purchase</Trans>
        </Submit>
      </Stack>
    </form>
  );
}

function bodyOf(values: Values, currency: string, number: string): Body | null {
  const lines = values.lines.filter((line) => line.unit_price);
  const amount = values.lines.length > 0 ? totalOf(lines) : values.amount;
  if (amount === null || (values.lines.length > 0 && lines.length < values.lines.length))
    return null;
  const text = (value: string) => value.trim() || null;
  return {
    amount,
    currency,
    member_id: values.member_id?.id ?? null,
    lines: lines.map((line) => ({
      name: text(line.name),
      sku: text(line.sku),
      category: text(line.category),
      quantity: line.quantity || "1",
      unit_price: line.unit_price ?? "0",
    })),
    occurred_at: values.occurred_at,
    external_id: text(values.external_id) ?? number,
    source: "console",
    channel: text(values.channel),
    note: text(values.note),
  } as Body;
}
