// Mean field theory of a wide network of one σ, as lab.theory has it: expectations under z ~ N(0, q).

// Nodes and weights of Gauss and Legendre on [−1, 1], by Newton's method.
function legendre(count) {
  return Array.from({ length: count }, (_, i) => {
    let x = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5)), rate = 0;
    for (let round = 0; round < 50; round += 1) {
      let [before, p] = [1, x];
      for (let k = 2; k <= count; k += 1) [before, p] = [p, ((2 * k - 1) * x * p - (k - 1) * before) / k];
      rate = (count * (x * p - before)) / (x * x - 1);
      x -= p / rate;
    }
    return [x, 2 / ((1 - x * x) * rate * rate)];
  });
}

const NODES = legendre(20), FURTHEST = 38, LEAST_Q = 1e-24, TOLERANCE = 1e-11, HALVINGS = 48;
const SCALES = Array.from({ length: 43 }, (_, i) => 4 ** (i - 2));

// ∫ f(√q g) φ(g) dg: panels end at whole g, at powers of 4 in z and at the kinks, and are halved until settled.
function expected(f, q, kinks) {
  if (!Number.isFinite(q)) return NaN;
  const root = Math.sqrt(Math.max(q, LEAST_Q));
  const over = (low, high) => {
    const half = (high - low) / 2, middle = (high + low) / 2;
    let sum = 0;
    for (const [x, weight] of NODES) {
      const g = middle + half * x;
      sum += weight * f(root * g, g) * Math.exp(-g * g / 2);
    }
    return (half * sum) / Math.sqrt(2 * Math.PI);
  };
  const inner = [...SCALES, ...SCALES.map((x) => -x), ...kinks].map((z) => z / root);
  const whole = Array.from({ length: 2 * FURTHEST + 1 }, (_, i) => i - FURTHEST);
  const edges = [...new Set([...whole, ...inner])].filter((g) => Math.abs(g) <= FURTHEST).sort((a, b) => a - b);
  const first = edges.slice(1).map((high, i) => over(edges[i], high));
  const scale = TOLERANCE * first.reduce((sum, x) => sum + Math.abs(x), 0);
  const settled = (low, high, sum, left) => {
    const middle = (low + high) / 2, parts = [over(low, middle), over(middle, high)];
    const halves = parts[0] + parts[1];
    if (!(Math.abs(halves - sum) > scale) || left === 0) return halves;
    return settled(low, middle, parts[0], left - 1) + settled(middle, high, parts[1], left - 1);
  };
  return first.reduce((sum, part, i) => sum + settled(edges[i], edges[i + 1], part, HALVINGS), 0);
}

const square = (sigma, q) => expected((z) => sigma.value(z) ** 2, q, sigma.kinks);
const slopeSquare = (sigma, q) => expected((z) => sigma.slope(z) ** 2, q, sigma.kinks);
const gains = (sigma) => ({ forward: 1 / Math.sqrt(square(sigma, 1)), backward: 1 / Math.sqrt(slopeSquare(sigma, 1)) });

// q, χ and the speed relative to the last of so many layers; inputs are alike and have the mean square q⁰.
function layers(sigma, { depth, weight_variance: w2, bias_variance: b2, mean_square: q0 }) {
  const rows = [];
  let q = w2 * q0 + b2;
  for (let layer = 1; layer <= depth; layer += 1) {
    rows.push({ layer, q, chi: w2 * slopeSquare(sigma, q) });
    if (layer < depth) q = w2 * square(sigma, q) + b2;
  }
  let speed = 1;
  for (let at = depth - 1; at >= 0; at -= 1) {
    if (at < depth - 1) speed *= Math.sqrt(rows[at].chi);
    rows[at].speed = speed;
  }
  return rows;
}

// The fixed point of the map of q that lies next to q = 1, on the side to which the map moves it.
function fixedPoint(sigma, w2, b2) {
  const excess = (q) => (w2 * square(sigma, q) + b2) / q - 1;
  const moved = excess(1), factor = moved > 0 ? 2 : 0.5;
  if (Math.abs(moved) <= 1e-10) return 1;
  let [last, here] = [1, 1];
  while (here > 1e-12 && here < 1e12) {
    here *= factor;
    const there = excess(here);
    if (!Number.isFinite(there)) break;
    if (there * moved < 0 && Math.abs(there) > 1e-10) return root(excess, last, here);
    if (Math.abs(there) > 1e-10) last = here;
  }
  return factor < 1 ? 0 : Infinity;
}

// Where f changes its sign between two places above 0: halved, by ratios.
function root(f, low, high) {
  const sign = Math.sign(f(low));
  for (let round = 0; round < 60 && Math.abs(high / low - 1) > 1e-14; round += 1) {
    const middle = Math.sqrt(low * high);
    if (Math.sign(f(middle)) === sign) low = middle;
    else high = middle;
  }
  return high;
}

// The σ_w² at which χ = 1 at the fixed point of q, for this σ_b²; null where there is none.
function critical(sigma, b2) {
  const excess = (rise) => (rise * slopeSquare(sigma, b2 + rise)) / square(sigma, b2 + rise) - 1;
  const rises = Array.from({ length: 33 }, (_, i) => 1e-12 * 10 ** (i / 2)), found = rises.map(excess), candidates = [];
  rises.slice(1).forEach((high, i) => {
    if (!(found[i] * found[i + 1] < 0) || Math.min(Math.abs(found[i]), Math.abs(found[i + 1])) <= 1e-10) return;
    const rise = root(excess, rises[i], high);
    candidates.push(rise / square(sigma, b2 + rise));
  });
  const passed = slopeSquare(sigma, 0);
  if (b2 === 0 && passed > 0) candidates.push(1 / passed);
  return candidates.find((w2) => Math.abs(w2 * slopeSquare(sigma, fixedPoint(sigma, w2, b2)) - 1) <= 1e-6) ?? null;
}

// The least and the greatest slope: at the knots, or on a grid that is closed in on around its extremes.
function bounds(sigma) {
  if (sigma.kinks.length) {
    const slopes = sigma.kinks.map(sigma.slope);
    return [Math.min(...slopes), Math.max(...slopes)];
  }
  const far = Array.from({ length: 120 }, (_, i) => 8 * 1.2 ** i), near = Array.from({ length: 3201 }, (_, i) => -8 + i / 200);
  const grid = [...far.map((z) => -z).reverse(), ...near, ...far];
  const extreme = (sign) => {
    const best = grid.reduce((a, z, i) => (sign * sigma.slope(z) > sign * sigma.slope(grid[a]) ? i : a), 0);
    let [low, high] = [grid[Math.max(best - 1, 0)], grid[Math.min(best + 1, grid.length - 1)]];
    for (let round = 0; round < 80; round += 1) {
      const third = (high - low) / 3, [a, b] = [low + third, high - third];
      if (sign * sigma.slope(a) > sign * sigma.slope(b)) high = b;
      else low = a;
    }
    return sign * Math.max(sign * sigma.slope((low + high) / 2), sign * sigma.slope(grid[best]));
  };
  return [extreme(-1), extreme(1)];
}
