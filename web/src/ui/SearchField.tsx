import { useLingui } from "@lingui/react/macro";
import { CloseButton, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";

interface SearchFieldProps {
  /** What is asked for at present. */
  value: string;
  /** Called a moment after the last key. */
  onChange: (value: string) => void;
  /** What one may type: `Name, e-mail, phone, card or order number`. */
  placeholder: string;
  wait?: number;
}

/** A search that follows the typing, a moment later. */
export function SearchField({ value, onChange, placeholder, wait = 250 }: SearchFieldProps) {
  const { t } = useLingui();
  const [typed, setTyped] = useState(value);
  const told = useRef(value);
  const tell = useRef(onChange);
  tell.current = onChange;
  useEffect(() => {
    // The address may change from outside: back, a saved view, reset.
    if (value !== told.current) {
      told.current = value;
      setTyped(value);
    }
  }, [value]);
  useEffect(() => {
    if (typed.trim() === told.current) return;
    const timer = setTimeout(() => {
      told.current = typed.trim();
      tell.current(told.current);
    }, wait);
    return () => clearTimeout(timer);
  }, [typed, wait]);
  return (
    <TextInput
      type="search"
      size="xs"
      aria-label={placeholder}
      placeholder={placeholder}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      leftSection={<IconSearch size={14} aria-hidden />}
      rightSection={
        typed !== "" && (
          <CloseButton size="xs" aria-label={t`Clear search`} onClick={() => setTyped("")} />
        )
      }
      w={{ base: "100%", xs: "18rem" }}
    />
  );
}
