// Which of the kernels in the library this processor and its system can run: the best of them. And which sources
// the library was built of.

#define EXPORT __attribute__((visibility("default")))
#define TEXT(token) #token
#define TEXT_OF(macro) TEXT(macro)

EXPORT const char *variant(void);
EXPORT const char *sources(void);

const char *sources(void) { return TEXT_OF(SOURCES); }

#ifdef X86
#include <cpuid.h>

enum { FMA = 1u << 12, OSXSAVE = 1u << 27, AVX2 = 1u << 5, BMI2 = 1u << 8 };
enum { OF_256_BITS = 0x6, OF_512_BITS = 0xe6 };  // the registers that the system keeps
static const unsigned AVX512 = 1u << 16 | 1u << 17 | 1u << 28 | 1u << 30 | 1u << 31;  // F, DQ, CD, BW, VL

const char *variant(void) {
    unsigned a, b, c, d, kept, high, first, found;
    if (!__get_cpuid(1, &a, &b, &first, &d) || !(first & OSXSAVE)) return "";
    __asm__("xgetbv" : "=a"(kept), "=d"(high) : "c"(0));
    if (!__get_cpuid_count(7, 0, &a, &found, &c, &d)) return "";
    const int has_256 = (kept & OF_256_BITS) == OF_256_BITS && first & FMA && found & AVX2 && found & BMI2;
    if (has_256 && (kept & OF_512_BITS) == OF_512_BITS && (found & AVX512) == AVX512) return "v4";
    return has_256 ? "v3" : "";
}
#else
const char *variant(void) { return "neon"; }
#endif
