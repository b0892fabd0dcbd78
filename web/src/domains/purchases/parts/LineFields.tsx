import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Button, Group, Stack, Text, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { LocalNumberInput, MoneyInput } from "@/ui/forms/numbers";
import { Money } from "@/ui/Money";

export interface LineValues {
  name: string;
  sku: string;
  category: string;
  quantity: string;
  unit_price: string | null;
}

const EMPTY: LineValues = { name: "", sku: "", category: "", quantity: "1", unit_price: null };
/** Places after the point that quantities and prices are added up with. */
const PLACES = 4;

/** What lines come to, exactly: in whole numbers of the smallest part, as text. */
export function totalOf(lines: Pick<LineValues, "quantity" | "unit_price">[]): string {
  const sum = lines.reduce(
    (so, line) => so + parts(line.quantity || "1") * parts(line.unit_price ?? "0"),
    0n,
  );
  const digits = sum.toString().padStart(2 * PLACES + 1, "0");
  const whole = digits.slice(0, -2 * PLACES);
  return `${whole}.${digits.slice(-2 * PLACES)}`.replace(/(\.\d\d\d*?)0+$/, "$1");
}

function parts(text: string): bigint {
  const [whole = "0", rest = ""] = text.split(".");
  return BigInt(whole + rest.padEnd(PLACES, "0").slice(0, PLACES));
}

/** The articles of a purchase that is typed in. */
export function LineFields({ form }: { form: UseFormReturnType<{ lines: LineValues[] }> }) {
  const { t } = useLingui();
  const { lines } = form.values;
  const total = totalOf(lines);
  return (
    <Stack gap="sm">
      {lines.map((_line, at) => {
        const place = at + 1;
        return (
          <Stack key={at} gap="xs" role="group" aria-label={t`Article ${place}`}>
            <Group align="end" wrap="nowrap" gap="xs">
              <TextInput
                flex={1}
                label={t`Article`}
                maxLength={200}
                {...form.getInputProps(`lines.${at}.name`)}
              />
              <ActionIcon
                variant="subtle"
                color="gray"
                size="lg"
                aria-label={t`Remove article ${place}`}
                onClick={() => form.removeListItem("lines", at)}
              >
                <IconTrash size={16} />
              </ActionIcon>
            </Group>
            <Group grow gap="xs" align="end">
              <TextInput
                label={t`Article number`}
                maxLength={128}
                {...form.getInputProps(`lines.${at}.sku`)}
              />
              <TextInput
                label={t`Category`}
                maxLength={128}
                {...form.getInputProps(`lines.${at}.category`)}
              />
            </Group>
            <Group grow gap="xs" align="end">
              <LocalNumberInput
                label={t`Quantity`}
                decimalScale={3}
                min={0}
                {...form.getInputProps(`lines.${at}.quantity`)}
                onChange={(value) => form.setFieldValue(`lines.${at}.quantity`, String(value))}
              />
              <MoneyInput
                label={t`Price of one`}
                required
                {...form.getInputProps(`lines.${at}.unit_price`)}
              />
            </Group>
          </Stack>
        );
      })}
      <Group justify="space-between">
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} />}
          onClick={() => form.insertListItem("lines", { ...EMPTY })}
        >
          <Trans>Add an article</Trans>
        </Button>
        {lines.length > 0 && (
          <Text>
            <Trans>
              Together <Money amount={total} />
            </Trans>
          </Text>
        )}
      </Group>
    </Stack>
  );
}
