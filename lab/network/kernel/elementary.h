// The elementary functions, lane by lane, without branches. Each brings its argument near 0 and asks a
// polynomial there. The error is at most 2 units in the last place, which tests hold against 50 digits.
// Sources: Cody & Waite (1980) for the reductions; Tang (1989, 1990) for exp and log; FDLIBM for log1p.

#pragma once
#include "coefficients.h"

#define LOG2_E BY_SIZE(0x1.715476p0f, 0x1.71547652b82fep0)
#define LN2 BY_SIZE(0x1.62e4p-1f, 0x1.62e42fefa38p-1)  // with so many zeros at its end that k LN2 is exact
#define LN2_REST BY_SIZE(0x1.7f7d1cp-20f, 0x1.ef35793c7673p-45)
#define LARGEST_EXP BY_SIZE(89, 710)      // from here on e^x is infinite
#define SMALLEST_EXP BY_SIZE(-105, -746)  // and to here it is 0
#define LARGEST_ANGLE 1048576.0           // the reduction of larger ones needs more digits of pi

// x = k ln 2 + r; gives e^r - 1
INLINE vec reduced_exp(vec x, ivec *k) {
    vec n = fma_(x, all(LOG2_E), all(ROUNDER)) - ROUNDER;
    vec r = fma_(n, all(-LN2_REST), fma_(n, all(-LN2), x));
    *k = __builtin_convertvector(n, ivec);
    return fma_(r * r, POLY(EXPM1, r), r);
}

// e^x 2^-halvings, in two steps where it is less than a normal number
INLINE vec halved_exp(vec x, int halvings) {
    ivec k;
    vec e = 1 + reduced_exp(most(least(x, all(LARGEST_EXP + halvings)), all(SMALLEST_EXP)), &k);
    ivec first = (k - halvings) >> 1;
    return e * power_of_2(first) * power_of_2(k - halvings - first);
}

INLINE vec exp_(vec x) { return halved_exp(x, 0); }

INLINE vec expm1_(vec x) {
    ivec k;
    vec e = reduced_exp(most(least(x, all(LARGEST_EXP)), all(-50)), &k);
    vec half = power_of_2(k - 1);  // (1 + e) 2^k - 1
    return choose(x == 0, x, choose(k == 0, e, 2 * fma_(half, e, half - (real)0.5)));
}

// ln(u) + c, where c is small beside u and 0 where it is not wanted; x = u - 1 where u is near 1
INLINE vec log_sum(vec u, vec x, vec c) {
    ivec tiny = u < BY_SIZE(0x1p-126f, 0x1p-1022);
    vec m = choose(tiny, u * BY_SIZE(0x1p24f, 0x1p54), u);
    ivec bits = (ivec)m - (ivec)all(BY_SIZE(0x1.6a09e6p-1f, 0x1.6a09e667f3bcdp-1));
    ivec e = bits >> MANTISSA;
    m = (vec)((ivec)m - (e << MANTISSA));
    vec k = __builtin_convertvector(e - (tiny & BY_SIZE(24, 54)), vec);
    vec f = choose(e == 0, x, m - 1);
    vec s = f / (2 + f), w = s * s, half = (real)0.5 * f * f;
    vec rest = fma_(s, half + w * POLY(LOG, w), fma_(k, all(LN2_REST), choose(e == 0, all(0), c)));
    vec found = fma_(k, all(LN2), f - (half - rest));
    found = choose((u == INF) | (u != u), u, found);
    return choose(u > 0, found, choose(u == 0, all(-INF), all(__builtin_nan(""))));
}

INLINE vec log_(vec x) { return log_sum(x, x - 1, all(0)); }

INLINE vec log1p_(vec x) {
    vec u = 1 + x, c = (x - (u - 1)) / u;  // what rounding took from u
    return choose(x == INF, x, choose(x == 0, x, log_sum(u, x, c)));
}

INLINE vec tanh_(vec x) {
    vec y = size(x), t = expm1_(2 * least(y, all(25)));
    ivec near = y < (real)0.6;
    vec q = choose(near, t, all(2)) / (t + 2);  // what lacks to 1 where y is large
    return with_sign(choose(near, q, 1 - q), x);
}

INLINE vec sinh_(vec x) {
    vec y = size(x), t = expm1_(least(y, all(1))), h = halved_exp(y, 1);
    return with_sign(choose(y < 1, (t + t / (t + 1)) * (real)0.5, h - (real)0.25 / h), x);
}

INLINE vec cosh_(vec x) {
    vec h = halved_exp(size(x), 1);
    return h + (real)0.25 / h;
}

INLINE vec asinh_(vec x) {
    vec y = size(x), square = y * y;
    vec near = log1p_(y + square / (1 + root(1 + square)));
    vec far = log_(y) + BY_SIZE(0x1.62e430p-1f, 0x1.62e42fefa39efp-1);
    return with_sign(choose(y > BY_SIZE(1e4f, 1e8), far, near), x);
}

INLINE vec arctan_(vec x) {
    vec y = size(x);
    ivec far = y > BY_SIZE(0x1.3504f4p1f, 0x1.3504f333f9de6p1), middle = (y > BY_SIZE(0x1.a8279ap-2f, 0x1.a827999fcef32p-2)) & ~far;
    vec u = choose(far, -1 / y, choose(middle, (y - 1) / (y + 1), y));
    vec base = choose(far, all(BY_SIZE(0x1.921fb6p0f, 0x1.921fb54442d18p0)),
                      choose(middle, all(BY_SIZE(0x1.921fb6p-1f, 0x1.921fb54442d18p-1)), all(0)));
    vec lost = choose(far, all(BY_SIZE(-0x1.777a5cp-25f, 0x1.1a62633145c07p-54)),
                      choose(middle, all(BY_SIZE(-0x1.777a5cp-26f, 0x1.1a62633145c07p-55)), all(0)));
    return with_sign(base + (u + fma_(u * u * u, POLY(ATAN, u * u), lost)), x);
}

// x = q pi/2 + r; writes sin x and cos x
INLINE void sin_cos(vec x, vec *sine, vec *cosine) {
    vec n = fma_(x, all(BY_SIZE(0x1.45f306p-1f, 0x1.45f306dc9c883p-1)), all(ROUNDER)) - ROUNDER;
    vec r = fma_(n, all(BY_SIZE(-0x1.921fb6p0f, -0x1.921fb54442d18p0)), x);
    r = fma_(n, all(BY_SIZE(0x1.777a5cp-25f, -0x1.1a62633145c07p-54)), r);
    r = fma_(n, all(BY_SIZE(0x1.ee59dap-50f, 0x1.f1976b7ed8fbcp-110)), r);
    ivec q = __builtin_convertvector(n, ivec);
    vec u = r * r;
    vec s = fma_(r * u, POLY(SIN, u), r), c = 1 + fma_(u * u, POLY(COS, u), (real)-0.5 * u);
    ivec odd = -(q & 1);
    vec first = choose(odd, c, s), second = choose(odd, s, c);
    *sine = choose(-((q >> 1) & 1), -first, first);
    *cosine = choose(-(((q + 1) >> 1) & 1), -second, second);
}

INLINE vec sin_(vec x) {
    vec s, c;
    return sin_cos(x, &s, &c), choose(x == 0, x, s);
}

INLINE vec cos_(vec x) {
    vec s, c;
    return sin_cos(x, &s, &c), c;
}

INLINE vec sinc_(vec x) {
    vec u = x * x, near = fma_(u, POLY(SINC, u), all(1));
    return choose(u < 1, near, choose(size(x) == INF, all(0), sin_(x) / x));
}

INLINE vec sinc_slope_(vec x) {
    vec s, c, u = x * x;
    sin_cos(x, &s, &c);
    return choose(u < 1, x * POLY(SINC_SLOPE, u), choose(size(x) == INF, all(0), (c - s / x) / x));
}

// e^(x^2) (1 - erf x) for x >= 0; the one function with an error of up to 4 units
INLINE vec erfcx_(vec x) {
    vec sum = x + 3;
    return choose(x == INF, all(0), 6 / sum * POLY(ERFCX, (x - 3) / sum));
}

INLINE vec erf_(vec x) {
    vec y = least(size(x), all(8)), u = y * y;
    vec far = 1 - erfcx_(y) * exp_(-u);
    return with_sign(choose(y < (real)0.85, fma_(y, POLY(ERF, u), (real)1.125 * y), far), x);
}
