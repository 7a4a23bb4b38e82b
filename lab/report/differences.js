// What each variant changes against another: a panel a metric, a row a variant.

const ROW = 30;

function differences(compared) {
  return compared.metrics.map(({ words, note, sides, rows }) => {
    const shown = rows.filter(({ variant }) => DATA.variants[variant].shown);
    if (!shown.length) return null;
    const [low, high] = extent([0, ...shown.flatMap((row) => [row.difference, row.low, row.high])]);
    const room = 0.05 * (high - low || 1);
    const on = panel(`Differences in ${words} to ${compared.against}`, { low: low - room, high: high + room, label: "" }, { low: 0, high: shown.length, ticks: [] },
      { height: shown.length * ROW + 44, left: RIGHT });
    on.svg.append(shape("line", { class: "edge", x1: on.x(0), x2: on.x(0), y1: on.top, y2: on.bottom }));
    const said = shown.map((row, i) => difference(on, row, on.top + i * ROW));
    describe(on, said);
    [["start", on.left], ["end", on.right]].forEach(([anchor, x], side) =>
      on.svg.append(shape("text", { x, y: on.bottom + 30, "text-anchor": anchor }, sides[side])));
    return figure(on, html("b", {}, `Difference in ${words}`), note && ` · ${note}`);
  }).filter(Boolean);
}

// A row: its name, and below it the mark and the bar. What it says in words.
function difference(on, row, top) {
  const { name, look } = DATA.variants[row.variant], y = top + 22, place = on.x(row.difference);
  const bounds = row.low === null ? "" : ` [${written(row.low)}, ${written(row.high)}]`;
  const said = `${name}: ${row.told || `${written(row.difference)}${bounds}, ${row.pairs} pair${row.pairs === 1 ? "" : "s"}`}`;
  const group = shape("g", {}, shape("title", {}, said),
    shape("text", { class: "over", x: on.left + 4, y: top + 12 }, shortened(name, 46)));
  if (bounds) group.append(shape("line", { class: `${colour(look)} variant`, x1: on.x(row.low), x2: on.x(row.high), y1: y, y2: y }));
  if (place !== null) group.append(mark(look, place, y, row.sure ? "now" : "start"));
  if (row.told) group.append(shape("text", { class: "tick", x: on.left + 4, y: y + 4 }, row.told));
  on.svg.append(group);
  return said;
}

const shortened = (words, most) => (words.length > most ? `${words.slice(0, most - 1)}…` : words);

// All of a page, each in its place.
function compare() {
  for (const place of document.querySelectorAll("[data-compared]")) {
    const compared = DATA.compared[place.dataset.compared];
    place.replaceChildren(...differences(compared));
  }
}
