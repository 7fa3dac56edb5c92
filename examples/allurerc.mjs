// For `allure generate --config allurerc.mjs RESULTS…` (Allure 3): one environment for each Campaign Manager version,
// so that versions in one report stand side by side. Without it Allure takes the older ones for retries of the newest.
const versions = ["2306", "2307", "2308"];

const environments = Object.fromEntries(
  versions.map((version) => [
    `cm-${version}`,
    {
      name: `Campaign Manager ${version}`,
      matcher: ({ labels }) => labels.some(({ name, value }) => name === "cm_version" && value === version),
    },
  ]),
);

export default {
  name: "Get Reserved Non-PEWC Contact",
  historyPath: "allure-history.jsonl", // keep it from one report to the next: a test keeps its history from version to version
  appendHistory: true,
  environments,
  plugins: { awesome: { options: {} } },
};
