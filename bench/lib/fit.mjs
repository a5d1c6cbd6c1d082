// Which law a curve grows by: constant, logarithmic or linear, by least squares.

/** A straight line through points: intercept, slope and the share of the variance that it explains. */
function line(xs, ys) {
  const n = xs.length;
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / n;
  const mx = mean(xs);
  const my = mean(ys);
  let sxx = 0;
  let sxy = 0;
  let syy = 0;
  for (let i = 0; i < n; i++) {
    sxx += (xs[i] - mx) ** 2;
    sxy += (xs[i] - mx) * (ys[i] - my);
    syy += (ys[i] - my) ** 2;
  }
  const slope = sxx === 0 ? 0 : sxy / sxx;
  const intercept = my - slope * mx;
  const rest = xs.reduce((sum, x, i) => sum + (ys[i] - intercept - slope * x) ** 2, 0);
  const error = n > 2 && sxx > 0 ? Math.sqrt(rest / (n - 2) / sxx) : Number.NaN;
  return {
    intercept,
    slope,
    r2: syy === 0 ? 1 : (slope * sxy) / syy,
    rest,
    spread: syy,
    margin: student(n - 2) * error,
  };
}

/** How many standard errors lie on either side of 95 % of all draws, by degrees of freedom. */
function student(freedom) {
  const table = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179];
  return table[Math.max(1, freedom) - 1] ?? 1.96 + 2.5 / freedom;
}

/** How likely each law is beside the others: Akaike weights, small-sample corrected; they add up to 1. */
function weights(n, rests) {
  const scores = Object.entries(rests).map(([law, [rest, parameters]]) => {
    const correction = n > parameters + 1 ? (2 * parameters * (parameters + 1)) / (n - parameters - 1) : 0;
    return [law, n * Math.log(Math.max(rest, 1e-9) / n) + 2 * parameters + correction];
  });
  const best = Math.min(...scores.map(([, score]) => score));
  const likely = scores.map(([law, score]) => [law, Math.exp((best - score) / 2)]);
  const sum = likely.reduce((total, [, value]) => total + value, 0);
  return Object.fromEntries(likely.map(([law, value]) => [law, value / sum]));
}

/**
 * The law of `points` ([size, cost]): constant if the largest cost is no more than a quarter above the smallest, else
 * whichever of logarithm and straight line explains more. `ratio` is largest by smallest; `weight` says how likely a
 * law other than constant is beside the other two as far as the points tell, and `linear.margin` is half the 95 % interval of the slope.
 */
export function growth(points) {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const ratio = Math.max(...ys) / Math.min(...ys);
  const logarithmic = line(xs.map(Math.log2), ys);
  const linear = line(xs, ys);
  const law = ratio <= 1.25 ? 'constant' : linear.r2 >= logarithmic.r2 ? 'linear' : 'logarithmic';
  const likely = weights(points.length, {
    constant: [linear.spread, 2],
    logarithmic: [logarithmic.rest, 3],
    linear: [linear.rest, 3],
  });
  return { law, ratio, logarithmic, linear, weight: law === 'constant' ? undefined : likely[law] };
}
