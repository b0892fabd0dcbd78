import { Trans, useLingui } from "@lingui/react/macro";
import { CloseButton, Combobox, Group, Loader, Text, TextInput, useCombobox } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { type Schemas, useApi } from "@/api/context";
import { memberName } from "../memberName";

/** A member, whatever an answer was expanded by. */
export type Member = Omit<Schemas["MemberOut"], "expanded">;

interface MemberPickerProps {
  /** The chosen member; null when none is. */
  value: Member | null;
  onChange: (member: Member | null) => void;
  label: ReactNode;
  description?: ReactNode;
  error?: ReactNode;
  required?: boolean;
}

/** Finds a member as one types: by name, e-mail, phone, or any id. */
export function MemberPicker({ value, onChange, ...props }: MemberPickerProps) {
  const { t } = useLingui();
  const { api } = useApi();
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const [typed, setTyped] = useState("");
  const [search] = useDebouncedValue(typed.trim(), 200);
  const found = api.useQuery(
    "get",
    "/v1/members",
    { params: { query: { search, limit: 8 } } },
    { enabled: search !== "", placeholderData: keepPreviousData },
  );
  const members = search === "" ? [] : (found.data?.data ?? []);
  const choose = (member: Member | null) => {
    onChange(member);
    setTyped("");
    combobox.closeDropdown();
  };
  return (
    <Combobox
      store={combobox}
      onOptionSubmit={(id) => choose(members.find((member) => member.id === id) ?? null)}
    >
      <Combobox.Target>
        <TextInput
          {...props}
          placeholder={t`Name, e-mail, phone or id`}
          value={value ? memberName(value) : typed}
          readOnly={value !== null}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            combobox.openDropdown();
            combobox.selectFirstOption();
          }}
          onBlur={() => combobox.closeDropdown()}
          rightSection={
            found.isFetching ? (
              <Loader size="xs" />
            ) : (
              value && (
                <CloseButton
                  size="sm"
                  aria-label={t`Choose another member`}
                  onClick={() => choose(null)}
                />
              )
            )
          }
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={search === "" || value !== null}>
        <Combobox.Options>
          {members.map((member) => (
            <Combobox.Option value={member.id} key={member.id}>
              <Group justify="space-between" wrap="nowrap" gap="xs">
                <Text>{memberName(member)}</Text>
                <Text c="dimmed" fz="xs" truncate>
                  {[member.email, member.phone, member.external_id].find(Boolean)}
                </Text>
              </Group>
            </Combobox.Option>
          ))}
          {found.isSuccess && members.length === 0 && (
            <Combobox.Empty>
              <Trans>No member matches “{search}”.</Trans>
            </Combobox.Empty>
          )}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
