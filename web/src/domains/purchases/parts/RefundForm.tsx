import { Trans, useLingui } from "@lingui/react/macro";
import { Group, SegmentedControl, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type Schemas, useApi } from "@/api/context";
import { useDrawer } from "@/ui/Drawer";
import { formatNumber } from "@/ui/format";
import { LocalNumberInput, MoneyInput } from "@/ui/forms/numbers";
import { Submit } from "@/ui/forms/Submit";
import { useApiForm } from "@/ui/forms/useApiForm";
import { Money } from "@/ui/Money";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { useToast } from "@/ui/toast";
import type { Purchase } from "../queries";
import { Effects } from "@/ui/Effects";
import { lineName } from "./Lines";

type Body = Schemas["RefundIn"];

interface Values extends Record<string, unknown> {
  how: "all" | "lines" | "amount";
  amount: string | null;
  /** By place of the line, from 1. */
  quantities: Record<number, string>;
  reason: string;
}

/** What the API is asked to refund; null while nothing is chosen. */
function bodyOf({ how, amount, quantities, reason }: Values): Body | null {
  const why = reason.trim() === "" ? {} : { reason: reason.trim() };
  const source = { source: "console", attributes: {} };
  if (how === "all") return { ...source, ...why };
  if (how === "amount") return amount === null ? null : { ...source, amount, ...why };
  const lines = Object.entries(quantities)
    .filter(([, quantity]) => Number(quantity) > 0)
    .map(([line, quantity]) => ({ line: Number(line), quantity }));
  return lines.length === 0 ? null : { ...source, lines, ...why };
}

/** Refunds a purchase whole, by lines or by amount, and says before what that does to points. */
export function RefundForm({ purchase }: { purchase: Purchase }) {
  const { t } = useLingui();
  const { client } = useApi();
  const queries = useQueryClient();
  const drawer = useDrawer();
  const toast = useToast();
  const refund = (body: Body, dry: boolean) =>
    client.POST("/v1/purchases/{purchase_id}/refunds", {
      params: { path: { purchase_id: purchase.id }, query: { dry_run: dry } },
      body,
    });
  const { form, save, saving, notices } = useApiForm<Values>({
    initialValues: { how: "all", amount: null, quantities: {}, reason: "" },
    submit: async (values) => {
      const chosen = bodyOf(values);
      return chosen && refund(chosen, false);
    },
    onSaved: async () => {
      drawer.close();
      await queries.invalidateQueries();
      toast.done(t`The refund is recorded.`);
    },
  });
  const values = form.values;
  const body = bodyOf(values);
  const ways = [
    { value: "all", label: t`All that is left` },
    ...(purchase.lines.length > 0 ? [{ value: "lines", label: t`By article` }] : []),
    { value: "amount", label: t`By amount` },
  ];
  return (
    <form onSubmit={save}>
      <Stack>
        {notices}
        <Text maw="60ch">
          <Trans>
            This records that the buyer gets money back, and takes back the points that it earned.
            The money itself is paid back by your shop or till.
          </Trans>
        </Text>
        <SegmentedControl
          aria-label={t`What is refunded`}
          data={ways}
          {...form.getInputProps("how")}
        />
        {values.how === "lines" && (
          <Quantities
            purchase={purchase}
            values={values.quantities}
            onChange={(line, quantity) =>
              form.setFieldValue("quantities", { ...values.quantities, [line]: quantity })
            }
          />
        )}
        {values.how === "amount" && (
          <MoneyInput
            label={t`Amount`}
            description={t`Points are taken back in proportion to it.`}
            currency={purchase.currency}
            required
            {...form.getInputProps("amount")}
          />
        )}
        <TextInput
          label={t`Reason`}
          description={t`For your own people; not required.`}
          {...form.getInputProps("reason")}
        />
        <Preview purchase={purchase} body={body} off={saving} ask={refund} />
        <Submit
          saving={saving}
          waits={t`Recording the refund…`}
          blocked={body === null ? t`Say first what is refunded` : undefined}
        >
          <Trans>Refund</Trans>
        </Submit>
      </Stack>
    </form>
  );
}

interface QuantitiesProps {
  purchase: Purchase;
  values: Record<number, string>;
  onChange: (line: number, quantity: string) => void;
}

function Quantities({ purchase, values, onChange }: QuantitiesProps) {
  const { t, i18n } = useLingui();
  return (
    <Stack gap="xs">
      {purchase.lines.map((line, at) => {
        const name = lineName(line, at + 1);
        const left = Number(line.quantity) - Number(line.refunded_quantity);
        const count = formatNumber(left, i18n.locale);
        return (
          <Group key={at} justify="space-between" wrap="nowrap">
            <div>
              <Text>{name}</Text>
              <Text c="dimmed" fz="xs">
                <Trans>
                  {count} left, <Money amount={line.unit_price} currency={purchase.currency} /> each
                </Trans>
              </Text>
            </div>
            <LocalNumberInput
              aria-label={t`How many of ${name}`}
              w="6em"
              min={0}
              max={left}
              decimalScale={4}
              disabled={left <= 0}
              placeholder="0"
              value={values[at + 1] ?? ""}
              onChange={(next) => onChange(at + 1, String(next))}
            />
          </Group>
        );
      })}
    </Stack>
  );
}

interface PreviewProps {
  purchase: Purchase;
  body: Body | null;
  off: boolean;
  ask: (body: Body, dry: boolean) => Promise<{ data?: unknown }>;
}

function Preview({ purchase, body, off, ask }: PreviewProps) {
  const [settled] = useDebouncedValue(JSON.stringify({ ...body, reason: undefined }), 250);
  const planned = useQuery({
    queryKey: ["refund", purchase.id, settled],
    queryFn: async () => (await ask(JSON.parse(settled), true)).data as Schemas["DryRunOut"],
    enabled: body !== null && !off,
    gcTime: 0,
    retry: false,
  });
  if (body === null) return null;
  if (planned.error) return <ProblemNotice error={planned.error} />;
  if (planned.data === undefined) return <Skeleton h="3em" />;
  const answer = planned.data.answer as { amount?: string };
  return (
    <div role="status">
      {answer.amount !== undefined && (
        <Text>
          <Trans>
            The buyer gets back <Money amount={answer.amount} currency={purchase.currency} />.
          </Trans>
        </Text>
      )}
      <Effects planned={planned.data} />
    </div>
  );
}
