// Numbers side by side: one vector holds W of them, as many as the processor computes at once.
//
// All arithmetic is that of IEEE, lane by lane, and a fused product-and-sum is always asked for by name. So
// every lane has the same bits whatever W is, and whoever compiles this.

#pragma once
#include <stdint.h>
#include <string.h>

#if defined(__AVX512F__)
#include <immintrin.h>
#define VECTOR_BYTES 64
#define FUSED(float_call, double_call) BY_SIZE(_mm512_##float_call, _mm512_##double_call)
#elif defined(__AVX2__)
#include <immintrin.h>
#define VECTOR_BYTES 32
#define FUSED(float_call, double_call) BY_SIZE(_mm256_##float_call, _mm256_##double_call)
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#define VECTOR_BYTES 16
#else
#error "no vectors are known for this processor"
#endif

#if REAL_BYTES == 4
#define BY_SIZE(of_float, of_double) of_float
typedef float real;
typedef int32_t whole;
#else
#define BY_SIZE(of_float, of_double) of_double
typedef double real;
typedef int64_t whole;
#endif

typedef real vec __attribute__((vector_size(VECTOR_BYTES)));
typedef whole ivec __attribute__((vector_size(VECTOR_BYTES)));
typedef vec anywhere __attribute__((aligned(sizeof(real)), may_alias));  // in memory
typedef ivec anywhere_whole __attribute__((aligned(sizeof(real)), may_alias));

#define W ((int64_t)(VECTOR_BYTES / sizeof(real)))
#define LANES (VECTOR_BYTES / REAL_BYTES)
#define PADDED ((int64_t)(64 / sizeof(real)))  // of such numbers are the rows of w and of neurons: the most lanes
#define UNROLLED _Pragma("GCC unroll 16")
#define INLINE static inline __attribute__((always_inline))
#define MANTISSA BY_SIZE(23, 52)
#define BIAS BY_SIZE(127, 1023)
#define ROUNDER BY_SIZE(0x1.8p23f, 0x1.8p52)  // what is added to it loses its fraction
#define INF ((real)__builtin_inf())

INLINE vec all(real x) { return x - (vec){0}; }
INLINE vec from(const real *x) { return *(const anywhere *)x; }
INLINE ivec whole_all(whole x) { return x - (ivec){0}; }
INLINE ivec whole_from(const whole *x) { return *(const anywhere_whole *)x; }
INLINE void to(real *x, vec v) { *(anywhere *)x = v; }

// x y + z, rounded once
INLINE vec fma_(vec x, vec y, vec z) {
#ifdef __ARM_NEON
    return (vec)BY_SIZE(vfmaq_f32, vfmaq_f64)(z, x, y);
#else
    return (vec)FUSED(fmadd_ps, fmadd_pd)(x, y, z);
#endif
}

INLINE vec root(vec x) {
#ifdef __ARM_NEON
    return (vec)BY_SIZE(vsqrtq_f32, vsqrtq_f64)(x);
#else
    return (vec)FUSED(sqrt_ps, sqrt_pd)(x);
#endif
}

INLINE vec choose(ivec mask, vec yes, vec no) { return (vec)((mask & (ivec)yes) | (~mask & (ivec)no)); }
INLINE vec least(vec x, vec y) { return choose((x < y) | (x != x), x, y); }     // NaN where x or y is
INLINE vec most(vec x, vec y) { return choose((x > y) | (x != x), x, y); }
INLINE vec size(vec x) { return (vec)((ivec)x & ~(ivec)all(-(real)0)); }
INLINE vec with_sign(vec x, vec of) { return (vec)((ivec)x | ((ivec)of & (ivec)all(-(real)0))); }  // for x >= 0

// Makes every lane of x what an operation makes of all lanes: x = OP(x, x with its lanes exchanged), by halves.
#define EXCHANGED(x, k) __builtin_shufflevector(x, x, LANE_NUMBERS(k))
#if LANES == 16
#define LANE_NUMBERS(k) k, 1 ^ k, 2 ^ k, 3 ^ k, 4 ^ k, 5 ^ k, 6 ^ k, 7 ^ k, 8 ^ k, 9 ^ k, 10 ^ k, 11 ^ k, 12 ^ k, 13 ^ k, 14 ^ k, 15 ^ k
#define ACROSS(OP, x) x = OP(x, EXCHANGED(x, 8)), x = OP(x, EXCHANGED(x, 4)), x = OP(x, EXCHANGED(x, 2)), x = OP(x, EXCHANGED(x, 1))
#elif LANES == 8
#define LANE_NUMBERS(k) k, 1 ^ k, 2 ^ k, 3 ^ k, 4 ^ k, 5 ^ k, 6 ^ k, 7 ^ k
#define ACROSS(OP, x) x = OP(x, EXCHANGED(x, 4)), x = OP(x, EXCHANGED(x, 2)), x = OP(x, EXCHANGED(x, 1))
#elif LANES == 4
#define LANE_NUMBERS(k) k, 1 ^ k, 2 ^ k, 3 ^ k
#define ACROSS(OP, x) x = OP(x, EXCHANGED(x, 2)), x = OP(x, EXCHANGED(x, 1))
#else
#define LANE_NUMBERS(k) k, 1 ^ k
#define ACROSS(OP, x) x = OP(x, EXCHANGED(x, 1))
#endif

INLINE ivec sum(ivec x, ivec y) { return x + y; }
INLINE ivec either(ivec x, ivec y) { return x | y; }
INLINE ivec larger(ivec x, ivec y) { return (ivec)choose(x > y, (vec)x, (vec)y); }

INLINE whole sum_across(ivec x) { return ACROSS(sum, x), x[0]; }
INLINE whole largest_across(ivec x) { return ACROSS(larger, x), x[0]; }
INLINE int any(ivec mask) { return ACROSS(either, mask), mask[0] != 0; }

// a polynomial, the highest power first
#define POLY(coefficients, u) poly(coefficients, sizeof(coefficients) / sizeof(real), u)
INLINE vec poly(const real *c, size_t terms, vec u) {
    vec sum = all(c[0]);
    for (size_t k = 1; k < terms; k++) sum = fma_(sum, u, all(c[k]));
    return sum;
}

// 2^k for whole k between -BIAS and BIAS, where -BIAS gives 0
INLINE vec power_of_2(ivec k) { return (vec)((k + BIAS) << MANTISSA); }
