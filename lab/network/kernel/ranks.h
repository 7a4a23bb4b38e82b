// The numbers that stand at some ranks of a block when it is sorted, and the next ones, found without sorting it: numbers
// have bits in their order, and the bits that part the lower numbers from the higher ones are found by halves.

#pragma once
#include "reading.h"

enum { RANKS = 3, MANY = 2048 };  // in more than MANY numbers a sample tells about where the ranks are

// Bits in the order of the numbers, where -0 is 0; and back.
#define MOST_WHOLE BY_SIZE(INT32_MAX, INT64_MAX)
INLINE ivec turned(ivec b) { return b ^ ((b >> (8 * REAL_BYTES - 1)) & MOST_WHOLE); }
INLINE ivec ordered(vec x) { return turned((ivec)(x + 0)); }
INLINE real number(whole b) { return ((vec)turned(whole_all(b)))[0]; }

// A rank, and the bits between which its number and the next one are looked for: so many are up to `low`.
typedef struct {
    int64_t rank, up_to_low;
    whole low, high;
} Sought;

// The numbers at the ranks of n bits, and the next ones, or the same again where there is none.
static void find(const whole *x, int64_t n, const Sought *sought, real *out) {
    int64_t rank[RANKS], up_to_low[RANKS];  // no more than rank + 1 bits are up to `low`, and the next number's up to `high`
    whole low[RANKS], high[RANKS];
    ivec below[RANKS], above[RANKS];
    UNROLLED for (int k = 0; k < RANKS; k++) {
        rank[k] = sought[k].rank, up_to_low[k] = sought[k].up_to_low, low[k] = sought[k].low, high[k] = sought[k].high;
        below[k] = whole_all(low[k]), above[k] = whole_all(~high[k]);
    }
    for (int open = 1; open;) {
        ivec middle[RANKS], count[RANKS];
        UNROLLED for (int k = 0; k < RANKS; k++)
            middle[k] = whole_all(low[k] + (whole)(((uint64_t)high[k] - (uint64_t)low[k]) / 2)), count[k] = whole_all(0);
        for (int64_t i = 0; i < n; i += W) {
            const ivec here = whole_from(x + i);
            UNROLLED for (int k = 0; k < RANKS; k++) count[k] -= here <= middle[k];
        }
        open = 0;
        UNROLLED for (int k = 0; k < RANKS; k++) {
            const int64_t up_to_middle = sum_across(count[k]);
            const int is_low = up_to_middle <= rank[k] + 1;
            low[k] = is_low ? middle[k][0] : low[k], high[k] = is_low ? high[k] : middle[k][0];
            up_to_low[k] = is_low ? up_to_middle : up_to_low[k];
            open |= up_to_low[k] <= rank[k] && (uint64_t)high[k] - (uint64_t)low[k] > 1;
        }
    }
    for (int64_t i = 0; i < n; i += W) {
        const ivec here = whole_from(x + i);
        UNROLLED for (int k = 0; k < RANKS; k++) {
            const ivec is_low = here <= low[k];
            below[k] = larger(below[k], (ivec)choose(is_low, (vec)here, (vec)below[k]));
            above[k] = larger(above[k], (ivec)choose(is_low, (vec)above[k], (vec)~here));
        }
    }
    for (int k = 0; k < RANKS; k++, out += 2) {
        const int part = up_to_low[k] > rank[k];
        out[0] = number(part ? largest_across(below[k]) : high[k]), out[1] = number(part ? ~largest_across(above[k]) : high[k]);
    }
}

// Copies some of the vectors of n bits, so far apart that no pattern of the rows repeats in them; returns how many bits.
static int64_t sample(const whole *x, int64_t n, whole *out) {
    int64_t count = 0;
    for (int64_t i = 0, k = 0; i + W <= n; i += (1 + 7 * k++ % 29) * W, count += W)
        *(anywhere_whole *)(out + count) = whole_from(x + i);
    *(anywhere_whole *)(out + count) = whole_all(MOST_WHOLE);
    return count;
}

// Copies those of n bits that a sample tells to be near the ranks, and tells what is sought `inside` of them; -1 where the
// sample told wrong. Where so many bits are the same that they are at a rank and the next, none is copied for it.
static int64_t narrow(const whole *x, int64_t n, const Sought *sought, whole *out, Sought *inside) {
    const int64_t samples = sample(x, n, out);
    Sought ends[2][RANKS];
    real found[2][2 * RANKS];
    ivec low[RANKS], high[RANKS], up_to_low[RANKS], up_to_high[RANKS], differ[RANKS];
    for (int e = 0; e < 2; e++) {
        for (int k = 0; k < RANKS; k++) {
            const double share = (double)sought[k].rank / (double)n, mean = (double)samples * share;
            const double apart = 3 * __builtin_sqrt(mean * (1 - share)) + 2;  // three standard deviations
            const int64_t rank = (int64_t)(e ? mean + apart : mean - apart);
            ends[e][k] = sought[k], ends[e][k].rank = rank < 0 ? 0 : rank < samples - 2 ? rank : samples - 2;
        }
        find(out, samples, ends[e], found[e]);
    }
    for (int k = 0; k < RANKS; k++) {
        low[k] = ends[0][k].rank > 0 ? ordered(all(found[0][2 * k])) - 1 : whole_all(sought[k].low);
        high[k] = ends[1][k].rank < samples - 2 ? ordered(all(found[1][2 * k])) : whole_all(sought[k].high);
        up_to_low[k] = up_to_high[k] = whole_all(0), differ[k] = high[k] > low[k] + 1;
    }
    int64_t count = 0;
    for (int64_t i = 0; i < n; i += W) {
        const ivec here = whole_from(x + i);
        ivec is_near = {0};
        UNROLLED for (int k = 0; k < RANKS; k++) {
            const ivec is_low = here <= low[k], is_high = here > high[k];
            up_to_low[k] -= is_low, up_to_high[k] -= ~is_high, is_near |= ~(is_low | is_high) & differ[k];
        }
        if (!any(is_near)) continue;
        if (2 * (count + W) > n) return -1;
        for (int64_t j = 0; j < W; j++) out[count] = x[i + j], count -= is_near[j];
    }
    *(anywhere_whole *)(out + count) = whole_all(MOST_WHOLE);
    for (int k = 0; k < RANKS; k++) {
        const int64_t rank = sought[k].rank, lower = sum_across(up_to_low[k]);
        if (rank < lower || (rank + 1 < n ? rank + 1 : rank) >= sum_across(up_to_high[k])) return -1;
        ivec kept = {0};
        for (int64_t i = 0; i < count; i += W) kept -= whole_from(out + i) <= low[k];
        const int64_t kept_low = sum_across(kept);
        inside[k] = (Sought){rank - lower + kept_low, kept_low, low[k][0], high[k][0]};
    }
    return count;
}

// Those among every `step`-th row.
static void ranks_of(const Block *b, int64_t step, const int64_t *rank, real *out, real *room) {
    whole *x = (whole *)room;
    ivec largest = ordered(all(b->at[0])), least = ~largest;
    int64_t n = 0;
    for (int64_t i = 0; i < b->m; i += step, n += b->n)
        for (int64_t c = 0; c < b->n; c += W) {
            const ivec here = ordered(from(b->at + i * b->stride + c)), in = columns(b->n, c);
            *(anywhere_whole *)(x + n + c) = here;  // what is too much is written over, in the end by what is more than any bits
            largest = larger(largest, (ivec)choose(in, (vec)here, (vec)largest));
            least = larger(least, (ivec)choose(in, (vec)~here, (vec)least));
        }
    *(anywhere_whole *)(x + n) = whole_all(MOST_WHOLE);
    const whole lowest = ~largest_across(least), highest = largest_across(largest);
    Sought sought[RANKS], inside[RANKS];
    for (int k = 0; k < RANKS; k++) sought[k] = (Sought){rank[k], 0, lowest - (lowest > -MOST_WHOLE), highest};
    const int64_t few = n > MANY ? narrow(x, n, sought, x + n + W, inside) : -1;
    if (few < 0)
        find(x, n, sought, out);
    else
        find(x + n + W, few, inside, out);
}
