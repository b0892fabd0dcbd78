import type { MessageDescriptor } from "@lingui/core";
import type { TablerIcon } from "@tabler/icons-react";
import type { ComponentType } from "react";

/** Groups of the navigation, in their order. */
export const GROUPS = ["overview", "people", "programme", "developers", "organisation"] as const;
export type Group = (typeof GROUPS)[number];

export interface Screen {
  /** Below the tenant, in the router's form: `members/$memberId`. */
  path: string;
  /** Its own chunk, so that nobody loads what they do not open. */
  page: () => Promise<{ default: ComponentType }>;
  /** Who lacks all of these never sees that it exists. */
  permissions?: string[];
  /** Its place in the navigation; screens without one are reached from others. */
  nav?: {
    group: Group;
    label: MessageDescriptor;
    icon: TablerIcon;
    order: number;
    /** The letter that leads here after `g`. */
    key?: string;
  };
}

/** Something that can be begun from anywhere, through the palette. */
export interface Action {
  label: MessageDescriptor;
  /** Below the tenant, with what the screen reads from its address: `members?open=enrol`. */
  to: string;
  permission: string;
}

/** What a room shows: found by the shell in `domains/<room>/index.ts`, so nobody lists rooms. */
export interface Domain {
  room: string;
  screens: Screen[];
  actions?: Action[];
  /** `tenant` (the usual) or `platform`: the operators' side. */
  scope?: "tenant" | "platform";
  /** Events (`purchase.*`) and the beginnings of addresses whose answers they make old. */
  live?: Record<string, string[]>;
}

export const defineDomain = (domain: Domain): Domain => domain;
