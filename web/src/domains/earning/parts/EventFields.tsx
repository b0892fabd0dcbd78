import { Trans, useLingui } from "@lingui/react/macro";
import {
  ActionIcon,
  Autocomplete,
  Button,
  Group,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { DateTimeInput } from "@/ui/forms/DateTimeInput";
import { LocalNumberInput, MoneyInput } from "@/ui/forms/numbers";
import { Money } from "@/ui/Money";
import { useCurrency } from "@/ui/tenant";
import type { Names } from "../queries";
import { type EventValues, type LineValues, sumOf } from "../simulation";
import { useRuleWords } from "../words";
import { Whose } from "./Whose";

export interface EventFieldsProps {
  event: EventValues;
  onChange: (event: EventValues) => void;
  names: Names;
  /** The kind is given by the rule that is tried. */
  kind?: EventValues["kind"];
}

/** A purchase or an activity, and whose it is. */
export function EventFields({ event, onChange, names, kind }: EventFieldsProps) {
  const { t } = useLingui();
  const words = useRuleWords();
  const set = (patch: Partial<EventValues>) => onChange({ ...event, ...patch });
  return (
    <Stack gap="md">
      {kind === undefined && (
        <SegmentedControl
          aria-label={t`What happens`}
          value={event.kind}
          onChange={(next) => set({ kind: next as EventValues["kind"] })}
          data={[
            { value: "purchase", label: words.trigger("purchase.completed") },
            { value: "activity", label: words.trigger("activity.recorded") },
          ]}
        />
      )}
      {event.kind === "purchase" ? (
        <PurchaseFields event={event} set={set} />
      ) : (
        <Group gap="sm" align="flex-start" grow>
          <Autocomplete
            label={t`Kind of activity`}
            data={["review", "social_share", "visit"]}
            value={event.activity}
            onChange={(activity) => set({ activity })}
          />
          <LocalNumberInput
            label={t`Value`}
            description={t`A number that rules may count.`}
            inputWrapperOrder={["label", "input", "description", "error"]}
            valueIsNumericString
            value={event.value}
            onChange={(next) => set({ value: String(next) })}
          />
        </Group>
      )}
      <DateTimeInput
        label={t`When it happens`}
        placeholder={t`now`}
        value={event.at}
        onChange={(at) => set({ at })}
      />
      <Whose event={event} set={set} names={names} />
    </Stack>
  );
}

export interface PartProps {
  event: EventValues;
  set: (patch: Partial<EventValues>) => void;
}

function PurchaseFields({ event, set }: PartProps) {
  const { t } = useLingui();
  const currency = useCurrency();
  const { lines } = event;
  const change = (at: number, patch: Partial<LineValues>) =>
    set({ lines: lines.map((line, place) => (place === at ? { ...line, ...patch } : line)) });
  return (
    <Stack gap="sm">
      {lines.length === 0 ? (
        <MoneyInput
          label={t`Amount paid`}
          value={event.amount}
          onChange={(amount) => set({ amount: amount ?? "" })}
        />
      ) : (
        <>
          {lines.map((line, at) => {
            const nth = at + 1;
            return (
              <Group
                key={at}
                gap="xs"
                align="flex-end"
                wrap="wrap"
                role="group"
                aria-label={t`Line ${nth}`}
              >
                <TextInput
                  flex="1 1 7em"
                  label={t`Category`}
                  value={line.category}
                  onChange={(e) => change(at, { category: e.currentTarget.value })}
                />
                <TextInput
                  flex="1 1 7em"
                  label={t`Article number`}
                  value={line.sku}
                  onChange={(e) => change(at, { sku: e.currentTarget.value })}
                />
                <LocalNumberInput
                  flex="0 1 5em"
                  label={t`Quantity`}
                  allowDecimal={false}
                  min={1}
                  value={line.quantity}
                  onChange={(next) => change(at, { quantity: Number(next) || 1 })}
                />
                <MoneyInput
                  flex="1 1 8em"
                  label={t`Price of one`}
                  value={line.unit_price}
                  onChange={(next) => change(at, { unit_price: next ?? "" })}
                />
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size="lg"
                  aria-label={t`Remove line ${nth}`}
                  onClick={() => set({ lines: lines.filter((_, place) => place !== at) })}
                >
                  <IconTrash size={16} />
                </ActionIcon>
              </Group>
            );
          })}
          <Text>
            <Trans>
              Together <Money amount={sumOf(lines, currency)} />
            </Trans>
          </Text>
        </>
      )}
      <Group gap="sm">
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() =>
            set({ lines: [...lines, { category: "", sku: "", quantity: 1, unit_price: "10" }] })
          }
        >
          <Trans>Add a line</Trans>
        </Button>
      </Group>
      <Group gap="sm" grow align="flex-start">
        <TextInput
          label={t`Channel`}
          placeholder={t`such as web or store`}
          value={event.channel}
          onChange={(e) => set({ channel: e.currentTarget.value })}
        />
        <Select
          label={t`Way of payment`}
          clearable
          value={event.payment_method}
          onChange={(payment_method) => set({ payment_method })}
          data={[
            { value: "cash", label: t`cash` },
            { value: "card", label: t`card` },
            { value: "mobile", label: t`mobile phone` },
            { value: "other", label: t`other` },
          ]}
        />
      </Group>
    </Stack>
  );
}
