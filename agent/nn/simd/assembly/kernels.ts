/**
 * SIMD kernels over float32 arrays in one memory, in AssemblyScript: WebAssembly gives the same bits on
 * every machine. `npm run simd` compiles this file into ../module.ts. Arguments named like arrays are
 * addresses.
 */

/** Slope of leaky-relu below 0, as `LEAKY_SLOPE`. */
const LEAKY_SLOPE: f32 = 0.01;
/** Columns of a panel of weights, and its bytes per row. */
const PANEL: u32 = 16;
const ROW: u32 = 64;
/** Rows summed in float32 before the sum joins the total: shorter sums round less. */
const BLOCK: u32 = 16;

/**
 * y (m) = f(x (n) W + b). W lies in panels of 16 columns, the rows of a panel one after the other; m is a
 * multiple of 16. Rows where x is 0, behind a rectifier half of them, are left out: `rows` has room for
 * n + 1 pairs of (offset of a row, its x).
 */
export function dense(
  x: usize,
  n: u32,
  w: usize,
  b: usize,
  y: usize,
  m: u32,
  activation: u32,
  rows: usize,
): void {
  const count = listRows(x, n, rows);
  const panel: usize = n * ROW;
  for (let j: u32 = 0; j < m; j += PANEL) {
    let t0 = v128.load(b);
    let t1 = v128.load(b, 16);
    let t2 = v128.load(b, 32);
    let t3 = v128.load(b, 48);
    for (let r: u32 = 0; r < count; r += BLOCK) {
      let s0 = f32x4.splat(0);
      let s1 = s0;
      let s2 = s0;
      let s3 = s0;
      let u0 = s0;
      let u1 = s0;
      let u2 = s0;
      let u3 = s0;
      const end = rows + min(r + BLOCK, count) * 8;
      for (let at = rows + r * 8; at < end; at += 16) {
        let row = w + load<u32>(at);
        let xi = v128.load32_splat(at, 4);
        s0 = f32x4.add(s0, f32x4.mul(xi, v128.load(row)));
        s1 = f32x4.add(s1, f32x4.mul(xi, v128.load(row, 16)));
        s2 = f32x4.add(s2, f32x4.mul(xi, v128.load(row, 32)));
        s3 = f32x4.add(s3, f32x4.mul(xi, v128.load(row, 48)));
        row = w + load<u32>(at, 8);
        xi = v128.load32_splat(at, 12);
        u0 = f32x4.add(u0, f32x4.mul(xi, v128.load(row)));
        u1 = f32x4.add(u1, f32x4.mul(xi, v128.load(row, 16)));
        u2 = f32x4.add(u2, f32x4.mul(xi, v128.load(row, 32)));
        u3 = f32x4.add(u3, f32x4.mul(xi, v128.load(row, 48)));
      }
      t0 = f32x4.add(t0, f32x4.add(s0, u0));
      t1 = f32x4.add(t1, f32x4.add(s1, u1));
      t2 = f32x4.add(t2, f32x4.add(s2, u2));
      t3 = f32x4.add(t3, f32x4.add(s3, u3));
    }
    v128.store(y, activate(t0, activation));
    v128.store(y, activate(t1, activation), 16);
    v128.store(y, activate(t2, activation), 32);
    v128.store(y, activate(t3, activation), 48);
    w += panel;
    b += ROW;
    y += ROW;
  }
}

/** Lists the rows where x is not 0, without branching on it; their number is made even by a row times 0. */
function listRows(x: usize, n: u32, rows: usize): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i < n; i++) {
    const value = load<f32>(x + i * 4);
    store<u32>(rows + count * 8, i * ROW);
    store<f32>(rows + count * 8, value, 4);
    count += u32(value !== 0);
  }
  store<u64>(rows + count * 8, 0);
  return (count + 1) & ~1;
}

function activate(z: v128, activation: u32): v128 {
  switch (activation) {
    case 1:
      return f32x4.max(z, f32x4.splat(0));
    case 2:
      return f32x4.max(z, f32x4.mul(z, f32x4.splat(LEAKY_SLOPE)));
    case 3:
      return tanh(z);
    default:
      return z;
  }
}

/** Eigen's rational function (generic_fast_tanh_float), within a few units in the last place. */
function tanh(z: v128): v128 {
  const x = f32x4.min(f32x4.max(z, f32x4.splat(-9)), f32x4.splat(9));
  const q = f32x4.mul(x, x);
  let p = f32x4.splat(-2.76076847742355e-16);
  p = times(p, q, 2.00018790482477e-13);
  p = times(p, q, -8.60467152213735e-11);
  p = times(p, q, 5.12229709037114e-8);
  p = times(p, q, 1.48572235717979e-5);
  p = times(p, q, 6.37261928875436e-4);
  p = times(p, q, 4.89352455891786e-3);
  let d = f32x4.splat(1.19825839466702e-6);
  d = times(d, q, 1.18534705686654e-4);
  d = times(d, q, 2.268434632439e-3);
  d = times(d, q, 4.89352518554385e-3);
  return f32x4.div(f32x4.mul(x, p), d);
}

/** a x + b */
function times(a: v128, x: v128, b: f32): v128 {
  return f32x4.add(f32x4.mul(a, x), f32x4.splat(b));
}

/** Moments below this are 0: decaying, they would end as denormal numbers, which some processors are slow at. */
const TINY: f32 = 1e-30;

/**
 * A step of Adam on n numbers: g scaled by `clip`, m += (g - m) rate1, v += (g² - v) rate2,
 * p = p decay - rate m / (√v + epsilon).
 */
export function adam(
  p: usize,
  g: usize,
  m: usize,
  v: usize,
  n: u32,
  clip: f32,
  rate1: f32,
  rate2: f32,
  rate: f32,
  epsilon: f32,
  decay: f32,
): void {
  const rates1 = f32x4.splat(rate1);
  const rates2 = f32x4.splat(rate2);
  const tiny = f32x4.splat(TINY);
  const whole = (n & ~3) * 4;
  let o: usize = 0;
  for (; o < whole; o += 16) {
    const gradient = f32x4.mul(v128.load(g + o), f32x4.splat(clip));
    let mean = v128.load(m + o);
    mean = f32x4.add(mean, f32x4.mul(f32x4.sub(gradient, mean), rates1));
    mean = v128.and(mean, f32x4.ge(f32x4.abs(mean), tiny));
    let square = v128.load(v + o);
    square = f32x4.add(square, f32x4.mul(f32x4.sub(f32x4.mul(gradient, gradient), square), rates2));
    square = v128.and(square, f32x4.ge(square, tiny));
    v128.store(m + o, mean);
    v128.store(v + o, square);
    const root = f32x4.add(f32x4.sqrt(square), f32x4.splat(epsilon));
    const step = f32x4.div(f32x4.mul(mean, f32x4.splat(rate)), root);
    v128.store(p + o, f32x4.sub(f32x4.mul(v128.load(p + o), f32x4.splat(decay)), step));
  }
  for (; o < n * 4; o += 4) {
    const gradient = load<f32>(g + o) * clip;
    let mean = load<f32>(m + o);
    mean += (gradient - mean) * rate1;
    mean = abs(mean) >= TINY ? mean : 0;
    let square = load<f32>(v + o);
    square += (gradient * gradient - square) * rate2;
    square = square >= TINY ? square : 0;
    store<f32>(m + o, mean);
    store<f32>(v + o, square);
    const step = (mean * rate) / (sqrt(square) + epsilon);
    store<f32>(p + o, load<f32>(p + o) * decay - step);
  }
}

/** target (n) += tau (source (n) - target) */
export function polyak(target: usize, source: usize, n: u32, tau: f32): void {
  const whole = (n & ~3) * 4;
  let o: usize = 0;
  for (; o < whole; o += 16) {
    const old = v128.load(target + o);
    const change = f32x4.sub(v128.load(source + o), old);
    v128.store(target + o, f32x4.add(old, f32x4.mul(change, f32x4.splat(tau))));
  }
  for (; o < n * 4; o += 4) {
    const old = load<f32>(target + o);
    store<f32>(target + o, old + (load<f32>(source + o) - old) * tau);
  }
}

/** Σ x² of n numbers, summed in float64. */
export function squares(x: usize, n: u32): f64 {
  let sum = f64x2.splat(0);
  const whole = (n & ~1) * 4;
  for (let o: usize = 0; o < whole; o += 8) {
    const pair = f64x2.promote_low_f32x4(v128.load64_zero(x + o));
    sum = f64x2.add(sum, f64x2.mul(pair, pair));
  }
  const last: f64 = n & 1 ? load<f32>(x + whole) : 0;
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1) + last * last;
}
