// The views: each takes the state and returns panels. A view of one variant is drawn for each that is shown.

const LAYER_HUES = [265, 55];
const hue = (layer, layers) =>
  LAYER_HUES[0] + ((LAYER_HUES[1] - LAYER_HUES[0]) * (layer - 1)) / Math.max(layers - 1, 1);

// The reading that a step shows: the last one at or before it.
function reading(steps, step) {
  let at = 0;
  while (at + 1 < steps.length && steps[at + 1] <= step) at += 1;
  return at;
}

const upTo = (count) => Array.from({ length: count }, (_, i) => i + 1);
const layersOf = (variant) => Object.values(variant.values).reduce((most, { median }) => Math.max(most, median.length), 0);
const at = (variant, name, layer, place) => variant.values[name]?.median[layer - 1]?.[place] ?? null;
const caption = (...children) => html("figcaption", {}, ...children);
const figure = (on, ...words) => html("figure", {}, on.svg, caption(...words));

function fates(variant) {
  const lost = ["diverged", "failed", "running"].filter((status) => variant.trials[status]);
  const all = Object.values(variant.trials).reduce((a, b) => a + b, 0);
  return lost.map((status) => ` · ${variant.trials[status]} of ${all} trials ${status}`).join("");
}

// The axis that panels share, as far as the values of this one reach beyond it.
function widened({ range, log }, values) {
  const [low, high] = extent([...values, range.low, range.high], log);
  return { low, high, log };
}

// The step as a cursor, and in words what is read at the pointer: `told` of a reading and a height.
function timed(on, variant, state, told) {
  const place = on.x(Math.min(state.step, state.time.high));
  on.svg.append(shape("line", { class: "cursor", x1: place, x2: place, y1: on.top, y2: on.bottom }));
  hovered(on, (x, y) => {
    const here = reading(variant.steps, on.unx(x));
    return [`${variant.name}\n${told(here, y)}`, variant.steps[here]];
  });
}

function overSteps(variant, state) {
  const { name, label, layered } = state.quantity, found = variant.values[name];
  if (!found) return null;
  const on = panel(`${variant.name}: ${label} over the steps`,
    { ...state.time, label: "step" }, widened(state, found.median.flat()));
  const layers = found.median.length, words = [];
  found.median.forEach((values, index) => {
    const layer = index + 1, strong = layered && layer === state.layer;
    const attributes = { class: layered ? "layer" : "v0 variant" };
    if (found.low && (strong || !layered)) {
      band(on, variant.steps, found.low[index], found.high[index], { class: layered ? "layer-fill band" : "mass band" });
      on.svg.lastChild.style.setProperty("--hue", hue(layer, layers));
    }
    const drawn = line(on, variant.steps, values, { ...attributes, "stroke-dasharray": DASHES[index % 4] });
    drawn.style.setProperty("--hue", hue(layer, layers));
    if (strong) drawn.firstChild.classList.add("strong");
    const last = values.findLastIndex((x) => on.y(x) !== null);
    if (layered && last >= 0) words.push({ x: on.x(variant.steps[last]), y: on.y(values[last]), text: layer });
  });
  ends(on, words);
  timed(on, variant, state, (here) => {
    const numbers = found.median.map((values, i) => `${layered ? `layer ${i + 1}: ` : ""}${written(values[here])}`);
    return `step ${variant.steps[here]}\n${numbers.join("\n")}`;
  });
  return figure(on, html("b", {}, variant.name), fates(variant));
}

function byLayer(variants, state) {
  const { name, label, layered } = state.quantity;
  if (!layered) return null;
  const deepest = Math.max(...variants.map(layersOf));
  const layers = upTo(deepest);
  const predicts = name === "learning_speed" && variants.some((variant) => variant.predicted.some(Number.isFinite));
  const drawn = variants.flatMap((variant) => [0, reading(variant.steps, state.step)].flatMap((place) =>
    layers.map((layer) => at(variant, name, layer, place))));
  const on = panel(`${label} by layer, at the first reading and at step ${state.step}`,
    { low: 0.7, high: deepest + 0.3, ticks: layers, label: "layer" }, widened(state, drawn),
    innerWidth < 600 ? {} : { width: 560, height: 260 });
  for (const variant of variants) {
    const own = layers.slice(0, layersOf(variant)), here = reading(variant.steps, state.step);
    for (const [place, kind] of [[0, "start"], [here, "now"]]) {
      const values = own.map((layer) => at(variant, name, layer, place));
      line(on, own, values, { class: `${colour(variant.look)} variant ${kind}`, "stroke-dasharray": dashes(variant.look) });
      own.forEach((layer, i) => {
        if (on.y(values[i]) === null) return;
        const dot = mark(variant.look, on.x(layer), on.y(values[i]), kind);
        dot.append(shape("title", {}, `${variant.name}, layer ${layer}: ${written(values[i])}`));
        on.svg.append(dot);
      });
    }
    if (predicts) predicted(on, variant, own);
  }
  const bars = predicts ? " Short bars: predicted for the first reading." : "";
  const broad = figure(on, `Open and pale: the first reading. Filled: step ${state.step}. Medians over the trials.${bars}`);
  broad.classList.add("broad");
  return broad;
}

// Short bars at the predicted speeds, of which that of the last hidden layer is set to its first reading.
function predicted(on, variant, layers) {
  const last = Math.max(layers.length - 1, 1), unit = at(variant, "learning_speed", last, 0);
  for (const layer of layers.slice(0, last)) {
    const speed = variant.predicted[layer - 1] ?? null, y = speed === null || unit === null ? null : on.y(speed * unit);
    if (y !== null && y >= on.top && y <= on.bottom) on.svg.append(shape("path", { class: `${colour(variant.look)} variant`, d: `M${on.x(layer) - 9} ${y}h18` }));
  }
}

// What tells variants apart, as in the figures: colours, marks and dashes, whose cycles have other lengths.
const COLOURS = 7;
const MARKS = ["M-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0", "M-3-3h6v6h-6Z", "M0-4L4 3H-4Z", "M0-4L4 0L0 4L-4 0Z", "M0 4L4-3H-4Z",
  "M-1.4-4h2.8v2.6h2.6v2.8h-2.6v2.6h-2.8v-2.6h-2.6v-2.8h2.6Z", "M-4-2L-2-4L0-2L2-4L4-2L2 0L4 2L2 4L0 2L-2 4L-4 2L-2 0Z",
  "M-4 0L3-4V4Z", "M4 0L-3-4V4Z", "M0-4L4-1L2.4 4H-2.4L-4-1Z", "M0-4L3.5-2V2L0 4L-3.5 2V-2Z"];
const colour = (look) => `v${look % COLOURS}`;
const dashes = (look) => DASHES[look % DASHES.length];
const mark = (look, x, y, kind = "now") =>
  shape("path", { class: `${colour(look)} dot ${kind}`, d: MARKS[look % MARKS.length], transform: `translate(${x} ${y})` });
const bar = (look, x, y, width) => shape("g", { class: `${colour(look)} variant`, "stroke-dasharray": dashes(look) },
  shape("path", { class: "line", d: `M${x} ${y}h${width}` }));

const LEVELS = 12;

function saturationMap(variant, state) {
  const found = variant.values.saturation;
  if (!found) return null;
  const layers = found.median.length;
  const on = panel(`${variant.name}: saturated share, layer by step`, { ...state.time, label: "step" },
    { low: 0.5, high: layers + 0.5, ticks: upTo(layers) }, { height: Math.min(110 + 14 * layers, 260) });
  const paths = Array(LEVELS + 1).fill("");
  const steps = variant.steps.map((step) => on.x(step));
  const edges = steps.map((x, i) => (i ? (steps[i - 1] + x) / 2 : x)).concat(steps.at(-1));
  found.median.forEach((values, index) => values.forEach((share, i) => {
    if (share === null) return;
    const top = on.y(index + 1.5), wide = (edges[i + 1] - edges[i]).toFixed(2);
    paths[Math.round(share * LEVELS)] += `M${edges[i].toFixed(2)} ${top.toFixed(1)}h${wide}V${on.y(index + 0.5).toFixed(1)}h-${wide}Z`;
  }));
  paths.forEach((d, level) => d && on.svg.append(shape("path", { class: "heat", "fill-opacity": level / LEVELS, d })));
  timed(on, variant, state, (here, y) => {
    const layer = Math.min(Math.max(Math.round(on.uny(y)), 1), layers);
    return `layer ${layer}, step ${variant.steps[here]}\nsaturated: ${written(at(variant, "saturation", layer, here))}`;
  });
  const now = found.median.map((values) => written(values[reading(variant.steps, state.step)])).join(", ");
  const why = variant.endless ? "; where σ′ has no bound, nothing is saturated" : "";
  return figure(on, html("b", {}, variant.name), ` · now, layer 1 up: ${now}${why}${fates(variant)}`);
}

function distribution(variant, state) {
  const found = variant.histograms, curve = curveOf(variant, state.layer);
  if (!found || !curve) return null;
  const index = Math.min(state.layer, found.low[0].length) - 1;
  const here = reading(found.steps, state.step), heights = found.heights[here][index];
  const [begins, ends] = [found.low[here][index], found.high[here][index]];
  const [low, high] = steady([Math.min(...found.low.map((of) => of[index]), -3), Math.max(...found.high.map((of) => of[index]), 3)],
    [Math.min(begins, -3), Math.max(ends, 3)]);
  const slopes = curve.slope.filter((_, i) => curve.z[i] >= low && curve.z[i] <= high);
  const top = extent(slopes.map((x) => (x === null ? null : Math.abs(x))))[1] || 1;
  const on = panel(`${variant.name}: distribution of z in layer ${index + 1} over the slope, step ${found.steps[here]}`,
    { low, high, label: `z in layer ${index + 1}` }, { low: Math.min(0, ...slopes), high: top * 1.05 });
  if (!unsaturated(variant, index)) shade(on, curve, variant.threshold * curve.steepest, low, high);
  const wide = (ends - begins) / heights.length;
  const base = on.y(0), points = heights.flatMap((share, i) => [i, i + 1].map((edge) =>
    [on.x(begins + edge * wide), base - (share / 100) * (base - on.top) * 0.95]));
  if (points.length) {
    on.svg.append(shape("path", { class: "mass", d: `${path([[points[0][0], base], ...points, [points.at(-1)[0], base]])}Z` }));
  }
  inside(on, curve.z, curve.slope, low, high, "slope");
  return figure(on, html("b", {}, variant.name), ` · step ${found.steps[here]}${fates(variant)}`);
}

// The range of all steps, so that axes stand still; that of the step where it would be lost in the other.
const steady = (all, own) => (all[1] - all[0] > 5 * (own[1] - own[0]) ? own : all);

// Whether no share is saturated in a layer, by its index, as where sup|σ′| is infinite.
const unsaturated = (variant, index) =>
  variant.values.saturation?.median[index]?.every((share) => share === null) ?? variant.endless;

// Grey ground where |σ′| is below the threshold.
function shade(on, curve, threshold, low, high) {
  let begun = null;
  curve.z.forEach((z, i) => {
    const under = Math.abs(curve.slope[i]) < threshold && z >= low && z <= high;
    if (under && begun === null) begun = i === 0 ? low : z;
    if (begun !== null && (!under || i === curve.z.length - 1)) {
      const [from, to] = [on.x(begun), on.x(Math.min(under ? high : z, high))];
      on.svg.append(shape("rect", { class: "saturated", x: from, y: on.top, width: Math.max(to - from, 0), height: on.bottom - on.top }));
      begun = null;
    }
  });
}

function inside(on, xs, ys, low, high, kind) {
  const kept = xs.map((x, i) => [x, ys[i]]).filter(([x]) => x >= low && x <= high);
  return line(on, kept.map(([x]) => x), kept.map(([, y]) => y), { class: kind });
}

const curveOf = (variant, layer) => DATA.curves[variant.curves[Math.min(layer, variant.curves.length) - 1]];

function curves(variant, state) {
  const curve = curveOf(variant, Math.min(state.layer, Math.max(variant.curves.length - 1, 1)));
  if (!curve) return null;
  const near = (values) => values.filter((_, i) => Math.abs(curve.z[i]) <= 2.5);
  const [least, most] = extent([...near(curve.sigma), ...near(curve.slope), 0]), room = 0.08 * (most - least || 1);
  const [low, high] = [least - room, most + room];
  const on = panel(`${variant.name}: σ and σ′`, { low: -5, high: 5, label: "z" }, { low, high });
  if (variant.inf > 0) on.svg.append(shape("line", { class: "floor", x1: on.left, x2: on.right, y1: on.y(variant.inf), y2: on.y(variant.inf) }));
  for (const [values, kind] of [[curve.sigma, "sigma"], [curve.slope, "slope"]]) {
    inside(on, curve.z, values.map((x) => (x < low || x > high ? null : x)), -5, 5, kind);
  }
  return figure(on, html("b", {}, variant.name), variant.slopes && ` · σ′ ∈ ${variant.slopes}`);
}

// Bars along x in the row of each layer, as `barsOf` a layer has them: from where, to where, and what each says.
function byLayers(variant, label, x, tall, barsOf) {
  const layers = layersOf(variant), words = [];
  const on = panel(`${variant.name}: ${label}, by layer`, x, { low: 0.4, high: layers + 0.6, ticks: upTo(layers) }, { height: 80 + tall * layers });
  for (const layer of upTo(layers)) {
    for (const { said, from, to, kind, top, high } of barsOf(layer)) {
      words.push(`layer ${layer}, ${said}`);
      on.svg.append(shape("rect", { class: kind, x: on.x(Math.min(from, to)), y: on.y(layer + top), width: Math.abs(on.x(to) - on.x(from)),
        height: on.y(0) - on.y(high) }, shape("title", {}, words.at(-1))));
    }
  }
  on.svg.append(shape("line", { class: "edge", x1: on.x(0), x2: on.x(0), y1: on.top, y2: on.bottom }));
  describe(on, words);
  return figure(on, html("b", {}, variant.name), fates(variant));
}

const LEDGER = [["transport_decades", "the weights", "part0"], ["slope_decades", "σ′", "part1"]];

function ledger(variant, state) {
  if (!LEDGER.every(([name]) => variant.values[name])) return null;
  const here = reading(variant.steps, state.step);
  const own = extent([...LEDGER.flatMap(([name]) => variant.values[name].median.map((values) => values[here])), 0, -0.1]);
  const [low, high] = steady(state.decades, own);
  const x = { low, high, label: "decades (below 0: the error became smaller)" };
  return byLayers(variant, "decades of the error", x, 24, (layer) => LEDGER.flatMap(([name, who, kind], i) => {
    const to = at(variant, name, layer, here);
    return to === null ? [] : { said: `${who}: ${written(to)} decades`, from: 0, to, kind, top: 0.35 - 0.35 * i, high: 0.33 };
  }));
}

// In the words of the figure of the causes.
const CAUSES = [["input_low", "input low"], ["output_saturated", "output saturated"], ["error_small", "error small"],
  ["examples_apart", "large on different examples"], ["examples_cancel", "examples cancel"], ["nothing_left", "nothing left to learn"]];

function causes(variant, state) {
  if (!variant.values.cause_input_low) return null;
  const here = reading(variant.steps, state.step);
  return byLayers(variant, "why weights learn slowly", { low: 0, high: 1, label: "share of weights" }, 18, (layer) => {
    let to = 0;
    return CAUSES.flatMap(([cause, told], i) => {
      const share = at(variant, `cause_${cause}`, layer, here), from = to;
      to = Math.min(from + share, 1);
      return share ? { said: `${told}: ${written(share)}`, from, to, kind: `part${i}`, top: 0.35, high: 0.7 } : [];
    });
  });
}

// What a picture says in words, for who does not see it.
const describe = (on, words) => on.svg.append(shape("desc", {}, words.join("; ")));

function legend(entries) {
  return html("p", { class: "quiet row" }, ...entries.map(([words, kind]) =>
    html("span", {}, swatch(shape("rect", { class: kind, x: 2, y: 1, width: 30, height: 10 })), ` ${words}`)));
}

function swatch(...shapes) {
  return shape("svg", { viewBox: "0 0 34 12", width: 34, height: 12, "aria-hidden": "true" }, ...shapes);
}
