import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor, Button, Group, Menu, Popover } from "@mantine/core";
import { IconChevronDown, IconPlus, IconX } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import type { Filter, Filters } from "./filters";
import { formatDay, formatNumber } from "./format";
import { rangeOf } from "./filters";
import { SearchField } from "./SearchField";

const FilterEditor = lazy(() => import("./FilterEditor"));

/** Filters of a list as chips; what is not in use waits behind one button. */
export function FilterBar({ filters }: { filters: Filters }) {
  const [added, setAdded] = useState<string | null>(null);
  const search = filters.list.find((filter) => filter.kind === "search");
  const others = filters.list.filter((filter) => !["search", "own"].includes(filter.kind));
  const used = (filter: Filter) => filters.values[filter.id] !== undefined || filter.id === added;
  const unused = others.filter((filter) => !used(filter));
  return (
    <Group gap="xs">
      {search && (
        <SearchField
          value={filters.values[search.id] ?? ""}
          onChange={(value) => filters.set(search.id, value)}
          placeholder={search.label}
        />
      )}
      {others.filter(used).map((filter) => (
        <Chip
          key={filter.id}
          filter={filter}
          filters={filters}
          fresh={filter.id === added}
          onClosed={() => setAdded(null)}
        />
      ))}
      {unused.length > 0 && (
        <Menu shadow="md" position="bottom-start">
          <Menu.Target>
            <Button size="xs" variant="subtle" color="gray" leftSection={<IconPlus size={14} />}>
              <Trans>Filter</Trans>
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {unused.map((filter) => (
              <Menu.Item key={filter.id} onClick={() => setAdded(filter.id)}>
                {filter.label}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
      {filters.active && (
        <Anchor component="button" type="button" c="dimmed" fz="xs" onClick={filters.reset}>
          <Trans>Reset</Trans>
        </Anchor>
      )}
    </Group>
  );
}

interface ChipProps {
  filter: Filter;
  filters: Filters;
  fresh: boolean;
  onClosed: () => void;
}

function Chip({ filter, filters, fresh, onClosed }: ChipProps) {
  const { t } = useLingui();
  const [open, setOpen] = useState(fresh);
  const { label } = filter;
  const value = filters.values[filter.id];
  const words = useWords(filter, value);
  const close = () => {
    setOpen(false);
    onClosed();
  };
  return (
    <Popover
      opened={open}
      onChange={(now) => (now ? setOpen(true) : close())}
      shadow="md"
      trapFocus
    >
      <Popover.Target>
        <Button.Group>
          <Button
            size="xs"
            variant="default"
            onClick={() => setOpen(!open)}
            rightSection={<IconChevronDown size={12} aria-hidden />}
          >
            {filter.label}
            {words !== "" && `: ${words}`}
          </Button>
          {value !== undefined && (
            <Button
              size="xs"
              variant="default"
              px="xs"
              aria-label={t`Remove the filter ${label}`}
              onClick={() => {
                filters.set(filter.id, undefined);
                close();
              }}
            >
              <IconX size={12} />
            </Button>
          )}
        </Button.Group>
      </Popover.Target>
      <Popover.Dropdown>
        <Suspense>
          <FilterEditor
            filter={filter}
            value={value}
            onApply={(next) => {
              filters.set(filter.id, next);
              close();
            }}
          />
        </Suspense>
      </Popover.Dropdown>
    </Popover>
  );
}

/** What a filter is set to, in a few words. */
function useWords(filter: Filter, value: string | undefined): string {
  const { t, i18n } = useLingui();
  if (value === undefined) return "";
  const named = (raw: string, options: { value: string; label: string }[]) =>
    options.find((option) => option.value === raw)?.label ?? raw;
  switch (filter.kind) {
    case "search":
    case "own":
    case "text":
      return value;
    case "choice":
      return named(value, filter.options);
    case "several":
      return value
        .split(",")
        .map((each) => named(each, filter.options))
        .join(", ");
    case "dates":
    case "numbers": {
      const [from = "", to = ""] = rangeOf(value).map((end) =>
        end === ""
          ? ""
          : filter.kind === "dates"
            ? formatDay(end, i18n.locale)
            : formatNumber(end, i18n.locale),
      );
      if (from && to) return `${from} – ${to}`;
      return from ? t`from ${from}` : t`up to ${to}`;
    }
  }
}
