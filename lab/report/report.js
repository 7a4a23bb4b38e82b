// The report: what is chosen, and the views drawn of it again whenever that changes.

const DATA = JSON.parse(document.getElementById("data").textContent);
const APART = Math.max((DATA.variants.length - 1) / 11, 1); // twelve are shown at first, evenly chosen
const control = (id) => document.getElementById(id);
DATA.variants.forEach((variant, i) => { variant.shown = i === Math.round(Math.round(i / APART) * APART); });
[...DATA.variants].sort((a, b) => b.shown - a.shown).forEach((variant, i) => { variant.look = i; });

const STEPS = [...new Set(DATA.variants.flatMap((variant) => variant.steps))].sort((a, b) => a - b);

const VIEWS = [
  ["Over the steps", "A line a layer, its number at the end; the band of the chosen layer holds 90 % of the trials. A click chooses the step.", overSteps],
  ["By layer", "All variants that are shown.", null, byLayer],
  ["Saturation", "The share of (neuron, example) with |σ′(z)| below the threshold, a row a layer: the stronger the colour, the more.", saturationMap],
  ["Where z lies on the slope", "Blue: how z is distributed at the step, all trials together, to its own height. The line is σ′; on grey ground examples are saturated.", distribution],
  ["The ledger", "What became of the error on its way down through each layer at the step: by the weights, and by σ′.", ledger, null,
    LEDGER.map(([, words, kind]) => [words, kind])],
  ["The causes", "The share of weights that lost most by each cause, at the step.", causes, null,
    CAUSES.map(([, words], i) => [words, `part${i}`])],
  ["The activations", "σ, and its slope σ′ in colour; dashed, a floor under it.", curves],
];

function chosen() {
  const quantity = DATA.quantities.find(({ name }) => name === control("quantity").value);
  const shown = DATA.variants.filter((variant) => variant.shown);
  const log = control("log").checked;
  const whole = shown.filter((variant) => !variant.trials.diverged);  // of others the end may be of any size
  const sets = (whole.length ? whole : shown).map((variant) => variant.values[quantity.name]?.median.flat() ?? []);
  const [low, high] = extent((log ? near(sets) : sets).flat(), log);
  const range = log ? [low / 1.3, high * 1.3] : low >= 0 && high <= 1 ? [0, Math.max(high, 0.01) * 1.02] : [low, high];
  const step = STEPS[Number(control("step").value)] ?? 0;
  const decades = shown.flatMap((variant) => LEDGER.flatMap(([name]) => variant.values[name]?.median.flat() ?? []));
  const last = Math.max(...shown.flatMap((variant) => variant.steps), 1);
  return { quantity, shown, log, step, layer: Number(control("layer").value), time: { low: 0, high: last },
    range: { low: range[0], high: range[1] }, decades: extent([...decades, 0, -0.1]) };
}

function redraw() {
  const state = chosen();
  control("hover").hidden = true;
  control("at").textContent = `step ${state.step}`;
  const sections = VIEWS.map(([title, about, each, together, entries]) => {
    const figures = together
      ? [state.shown.length ? together(state.shown, state) : null]
      : state.shown.map((variant) => each(variant, state));
    const drawn = figures.filter(Boolean);
    if (!drawn.length) return null;
    const place = html("div", { class: together ? "" : "panels" }, ...drawn);
    const empty = together ? [] : state.shown.filter((_, i) => !figures[i]).map((variant) => variant.name + fates(variant));
    const name = each === overSteps || together ? `${title}: ${state.quantity.label}` : title;
    return html("section", { "aria-label": title }, html("h2", {}, name), html("p", { class: "quiet" }, about),
      entries ? legend(entries) : null, place, empty.length ? html("p", { class: "quiet" }, `Nothing to show of: ${empty.join("; ")}`) : null);
  });
  control("figures").replaceChildren(...sections.filter(Boolean), numbers(state));
  compare();
}

// What the lines show at the step, as a table: for the keyboard, for a screen reader, and to keep.
function numbers(state) {
  const { name, label } = state.quantity, having = state.shown.filter((variant) => variant.values[name]);
  const layers = upTo(Math.max(0, ...having.map((variant) => variant.values[name].median.length)));
  const head = ["variant", ...layers.map((layer) => (state.quantity.layered ? `layer ${layer}` : label))];
  const rows = having.map((variant) => html("tr", {}, html("td", {}, variant.name),
    ...layers.map((layer) => {
      const value = at(variant, name, layer, reading(variant.steps, state.step));
      return html("td", { class: "number" }, value === null ? "" : html("data", { value }, written(value)));
    })));
  const table = html("table", { class: "rows", "data-name": `${name}-step-${state.step}` },
    html("caption", {}, `${label} at step ${state.step}, medians over the trials`),
    html("thead", {}, html("tr", {}, ...head.map((word, i) => html("th", { scope: "col", class: i ? "number" : null }, word)))), html("tbody", {}, ...rows));
  const place = html("div", { class: "wide" }, table);
  lively(table);
  return place;
}

let waiting = 0;
function soon() {
  cancelAnimationFrame(waiting);
  waiting = requestAnimationFrame(redraw);
}

// Numbers beside the pointer; a click on a panel chooses its step.
function hovered(on, told) {
  const place = (event) => {
    const box = on.svg.getBoundingClientRect(), view = on.svg.viewBox.baseVal;
    return [((event.clientX - box.left) / box.width) * view.width, ((event.clientY - box.top) / box.height) * view.height];
  };
  const hover = control("hover");
  on.svg.addEventListener("pointermove", (event) => {
    hover.textContent = told(...place(event))[0];
    hover.hidden = false;
    hover.style.left = `${Math.min(event.clientX + 12, innerWidth - hover.offsetWidth - 4)}px`;
    hover.style.top = `${Math.max(event.clientY - hover.offsetHeight - 12, 4)}px`;
  });
  on.svg.addEventListener("pointerleave", () => { hover.hidden = true; });
  on.svg.addEventListener("click", (event) => {
    control("step").value = reading(STEPS, told(...place(event))[1]);
    soon();
  });
}

function choices() {
  control("choices").replaceChildren(...DATA.variants.map((variant) => {
    const box = html("input", { type: "checkbox" });
    box.checked = variant.shown;
    box.addEventListener("change", () => { variant.shown = box.checked; soon(); });
    const label = html("label", {}, box, " ", swatch(bar(variant.look, 0, 6, 34), mark(variant.look, 17, 6)), ` ${variant.name}`);
    label.hidden = !variant.name.toLowerCase().includes(control("filter").value.toLowerCase());
    variant.label = label;
    return label;
  }));
}

function choose(shown) {
  for (const variant of DATA.variants) if (!variant.label.hidden) variant.shown = shown;
  choices();
  soon();
}

function begin() {
  if (!DATA.variants.length || !DATA.quantities.length || !STEPS.length) return;
  control("views").hidden = false;
  control("quantity").append(...DATA.quantities.map(({ name, label }) => html("option", { value: name }, label)));
  const deepest = Math.max(...DATA.variants.map(layersOf));
  control("layer").append(...upTo(deepest).map((layer) => html("option", { value: layer }, layer)));
  control("step").max = STEPS.length - 1;
  control("step").value = STEPS.length - 1;
  const log = () => { control("log").checked = DATA.quantities.find(({ name }) => name === control("quantity").value).log; };
  log();
  choices();
  control("quantity").addEventListener("change", log);
  control("filter").addEventListener("input", choices);
  control("all").addEventListener("click", () => choose(true));
  control("none").addEventListener("click", () => choose(false));
  control("controls").addEventListener("submit", (event) => event.preventDefault());
  for (const id of ["quantity", "layer", "log", "step"]) control(id).addEventListener("input", soon);
  addEventListener("resize", soon);
  redraw();
}

document.querySelectorAll("table.rows").forEach(lively);
begin();
