// A reporter for `node --test` that prints one line for each skipped test, with the reason.
export default async function* skippedReporter(events) {
  for await (const { type, data } of events) {
    if (type === "test:pass" && data.skip !== undefined) yield `${data.name}: ${data.skip || "no reason is given"}\n`;
  }
}
