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
  return { intercept: my - slope * mx, slope, r2: syy === 0 ? 1 : (slope * sxy) / syy };
}

/**
 * The law of `points` ([size, cost]): constant if the largest cost is no more than a quarter above the smallest, else
 * whichever of logarithm and straight line explains more. `ratio` is largest by smallest.
 */
export function growth(points) {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const ratio = Math.max(...ys) / Math.min(...ys);
  const logarithmic = line(xs.map(Math.log2), ys);
  const linear = line(xs, ys);
  const law = ratio <= 1.25 ? 'constant' : linear.r2 >= logarithmic.r2 ? 'linear' : 'logarithmic';
  return { law, ratio, logarithmic, linear };
}
