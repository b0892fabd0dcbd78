import { Anchor, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { pathOf } from "./entities";
import { useTenantPath } from "./tenant";

interface EntityLinkProps {
  /** Any id of the API; its beginning says which screen. */
  id: string;
  /** The object's name; without it the id. */
  children?: ReactNode;
  /** Stands within a sentence, where colour alone does not show a link. */
  inSentence?: boolean;
}

/** A link to the screen of any object. */
export function EntityLink({ id, children, inSentence = false }: EntityLinkProps) {
  const below = useTenantPath();
  const path = pathOf(id);
  const words = children ?? (
    <Text span ff="monospace" fz="xs">
      {id}
    </Text>
  );
  if (path === null) return words;
  return (
    <Anchor component={Link} to={below(path)} inherit underline={inSentence ? "always" : "hover"}>
      {words}
    </Anchor>
  );
}
