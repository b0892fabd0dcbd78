import {
  createTheme,
  type CSSVariablesResolver,
  darken,
  lighten,
  luminance,
  type MantineColorsTuple,
  type MantineThemeOverride,
  mergeThemeOverrides,
  rem,
} from "@mantine/core";

const laurel: MantineColorsTuple = [
  "#eef6f1",
  "#dcebe2",
  "#b6d7c4",
  "#8dc2a4",
  "#6bb089",
  "#55a578",
  "#2f7d52",
  "#266a45",
  "#1d5838",
  "#10402a",
];

/** Red whose buttons bear white words in both schemes. */
const red: MantineColorsTuple = [
  "#fff5f5",
  "#ffe3e3",
  "#ffc9c9",
  "#ffa8a8",
  "#ff8787",
  "#fa5252",
  "#e03131",
  "#c92a2a",
  "#b02525",
  "#8f1d1d",
];

const HEADING = { fontWeight: 600, fontSize: rem(16) };

/** Quiet greys and one accent. Sizes and colours are named here and nowhere else. */
export const theme = createTheme({
  colors: { laurel, red },
  primaryColor: "laurel",
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', Menlo, Consolas, monospace",
  fontSizes: { xs: rem(12), sm: rem(14), md: rem(14), lg: rem(16), xl: rem(20) },
  lineHeights: { md: "1.43" },
  spacing: { xxs: rem(4) },
  headings: {
    fontFamily: "'Inter Variable', system-ui, sans-serif",
    fontWeight: "600",
    sizes: {
      h1: { fontSize: rem(24), lineHeight: "1.3" },
      h2: { fontSize: rem(18), lineHeight: "1.35" },
      h3: { fontSize: rem(15), lineHeight: "1.4" },
    },
  },
  defaultRadius: "sm",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    SegmentedControl: { defaultProps: { transitionDuration: 0 } },
    Button: { styles: { root: { fontWeight: 500 } } },
    Modal: { styles: { title: HEADING } },
    Drawer: { styles: { title: HEADING } },
  },
});

/** Colours that are offered for tiers, the lowest first. */
export const BADGES = ["#a97142", "#8a949e", "#b8860b", "#3e7cb1", "#7a4f9c", "#2f7d52"] as const;

/** Luminance at which white text on a colour reaches a contrast of 4.5 to 1 (WCAG 2). */
const DARK_ENOUGH = 1.05 / 4.5 - 0.05;

/** The theme with a tenant's own colour as its accent, darkened until text in it can be read. */
export function themeOf(colour: string | null | undefined): MantineThemeOverride {
  if (!colour) return theme;
  let base = colour;
  for (let step = 0; luminance(base) > DARK_ENOUGH && step < 20; step++) base = darken(base, 0.1);
  const lighter = [0.92, 0.84, 0.68, 0.5, 0.34, 0.18].map((part) => lighten(base, part));
  const brand = [...lighter, base, base, darken(base, 0.2), darken(base, 0.4)];
  return mergeThemeOverrides(theme, {
    colors: { brand: brand as unknown as MantineColorsTuple },
    primaryColor: "brand",
  });
}

/** Series of charts, apart from each other also without red or green (after Okabe and Ito). */
const SERIES = {
  light: ["#266a45", "#0072b2", "#c04f00", "#7a4f9c", "#a07400", "#5f6b73"],
  dark: ["#6bb089", "#56b4e9", "#f0883e", "#c49be0", "#e0b93f", "#a3adb5"],
};

const TONES = {
  light: {
    good: "#2f7d52",
    waiting: "#a07400",
    attention: "#c04f00",
    bad: "#c92a2a",
    quiet: "#adb5bd",
    info: "#0072b2",
  },
  dark: {
    good: "#6bb089",
    waiting: "#e0b93f",
    attention: "#f0883e",
    bad: "#ff8787",
    quiet: "#696969",
    info: "#56b4e9",
  },
};

const named = (mode: "light" | "dark"): Record<string, string> => ({
  ...Object.fromEntries(SERIES[mode].map((colour, at) => [`--series-${at}`, colour])),
  ...Object.fromEntries(Object.entries(TONES[mode]).map(([tone, c]) => [`--tone-${tone}`, c])),
});

/** Colours of charts and states as CSS variables, one set for light and one for dark. */
export const variables: CSSVariablesResolver = () => ({
  variables: { "--control-touch": rem(44), "--page-width": rem(1200) },
  light: {
    ...named("light"),
    "--mantine-color-dimmed": "#5f6b73",
    "--mantine-color-placeholder": "#6b757d",
    "--mantine-color-error": TONES.light.bad,
  },
  dark: {
    ...named("dark"),
    "--mantine-color-dimmed": "#a3adb5",
    "--mantine-color-placeholder": "#8f999f",
    "--mantine-color-error": TONES.dark.bad,
  },
});

/** Measures of charts, in units of their drawing. */
export const CHART = {
  height: 220,
  margin: { top: 12, right: 12, bottom: 24, left: 48 },
  spark: { width: 96, height: 28 },
  line: 2,
  pale: 1.5,
  dot: 3,
  label: 12,
  /** Least room for a label of the x axis. */
  labelRoom: 72,
};
