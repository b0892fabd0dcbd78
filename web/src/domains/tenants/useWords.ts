import { useLingui } from "@lingui/react";
import { type SectionOut, type Shape, shapeOf } from "./model";
import { SECTIONS, SETTINGS } from "./words";

export interface Told {
  name: string;
  label: string;
  hint: string;
  /** What no value means. */
  none: string | undefined;
  unused: string | undefined;
  shape: Shape;
  /** A choice in words. */
  option: (value: string) => string;
}

const spaced = (name: string) => {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** What sections and settings are called; what nobody has named yet speaks for itself. */
export function useWords() {
  const { _ } = useLingui();
  return {
    section: (section: SectionOut) => {
      const words = SECTIONS[section.section];
      return {
        title: words ? _(words.title) : spaced(section.section),
        about: words ? _(words.about) : section.description,
        unused: words?.unused && _(words.unused),
        docs: words?.docs,
      };
    },
    setting: (section: SectionOut, name: string): Told => {
      const words = SETTINGS[`${section.section}.${name}`];
      const shape = shapeOf(section.properties[name], words?.meaning);
      return {
        name,
        label: words ? _(words.label) : spaced(name),
        hint: words ? (words.hint ? _(words.hint) : "") : shape.description,
        none: words?.none && _(words.none),
        unused: words?.unused && _(words.unused),
        shape,
        option: (value) => {
          const option = words?.options?.[value];
          return option ? _(option) : spaced(value);
        },
      };
    },
  };
}
