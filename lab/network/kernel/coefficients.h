// Written by coefficients.py: polynomials, the highest power first.

#if REAL_BYTES == 4
// (e^u − 1 − u)/u² for -0.34658 <= u <= 0.34658
static const real EXPM1[] = {0x1.a124e67917289p-13, 0x1.6d4317dde5b58p-10, 0x1.1110e0f63cedcp-7, 0x1.5554e90f41648p-5, 0x1.5555555a78488p-3, 0x1.0000000b8fb6dp-1};
// (2 atanh(√u)/√u − 2)/u for 0 <= u <= 0.029467
static const real LOG[] = {0x1.2ee8c79e1b67cp-2, 0x1.997c210804f89p-2, 0x1.55555b845a1abp-1};
// (sin √u/√u − 1)/u for 0 <= u <= 0.6169
static const real SIN[] = {-0x1.9ac99456861ffp-13, 0x1.110c2873cbc54p-7, -0x1.555552a47a1f1p-3};
// (cos √u − 1 + u/2)/u² for 0 <= u <= 0.6169
static const real COS[] = {0x1.9bd88565b159cp-16, -0x1.6c12d2c5d0a8ep-10, 0x1.555554416778ep-5};
// (atan √u/√u − 1)/u for 0 <= u <= 0.17158
static const real ATAN[] = {-0x1.0844b03b32904p-4, 0x1.b80ffbe9fe24ap-4, -0x1.242032b03aefcp-3, 0x1.999730c6f8086p-3, -0x1.5555544732c2dp-2};
// (sin √u/√u − 1)/u for 0 <= u <= 1
static const real SINC[] = {0x1.6b33bfc595f5bp-19, -0x1.a009630eed1fdp-13, 0x1.111103c91a579p-7, -0x1.5555554eb1b17p-3};
// (cos √u − sin √u/√u)/u for 0 <= u <= 1
static const real SINC_SLOPE[] = {0x1.698ce1683fdbcp-16, -0x1.37fec745835c5p-10, 0x1.1110eff29a669p-5, -0x1.5555553438ea8p-2};
// erf √u/√u − 9/8 for 0 <= u <= 1
static const real ERF[] = {0x1.4a5690869d13fp-14, -0x1.a45087f1a200ap-11, 0x1.541270c79ca2cp-8, -0x1.b7faba961c85ap-6, 0x1.ce2d10ed44e09p-4, -0x1.81273e7a02443p-2, 0x1.bae9fd9ce40dap-9};
// erfcx(x)(x + 3)/6, where u = (x − 3)/(x + 3) for -1 <= u <= 1
static const real ERFCX[] = {0x1.c513c78d006e6p-19, 0x1.7acb4e5f324d7p-17, -0x1.74c84d337ffa6p-15, -0x1.62d84f110f139p-14, 0x1.08af747ca6247p-11, -0x1.aed1a347057f3p-13, -0x1.250336bc1f3cfp-8, 0x1.4667300c07376p-6, -0x1.a7e434eba6885p-5, 0x1.92edd03322274p-4, -0x1.2d882f602b8b9p-3, 0x1.6e9827f13364dp-3};
#else
// (e^u − 1 − u)/u² for -0.34658 <= u <= 0.34658
static const real EXPM1[] = {0x1.1f72fdb6c6442p-29, 0x1.af4ddfbb33a59p-26, 0x1.27e4db6718a69p-22, 0x1.71de02364614ap-19, 0x1.a01a01a6d7b19p-16, 0x1.a01a01abe683ap-13, 0x1.6c16c16c162d6p-10, 0x1.11111111100dep-7, 0x1.5555555555556p-5, 0x1.5555555555557p-3, 0x1.0000000000000p-1};
// (2 atanh(√u)/√u − 2)/u for 0 <= u <= 0.029467
static const real LOG[] = {0x1.2b5f68a50d903p-3, 0x1.39fdcceb4bb45p-3, 0x1.7462b91b8df65p-3, 0x1.c71c62d5e53e0p-3, 0x1.2492492dfd86cp-2, 0x1.9999999995273p-2, 0x1.5555555555558p-1};
// (sin √u/√u − 1)/u for 0 <= u <= 0.6169
static const real SIN[] = {-0x1.ab17c21adf462p-41, 0x1.61217eed1c04ap-33, -0x1.ae6454129f078p-26, 0x1.71de3a54607fap-19, -0x1.a01a01a019937p-13, 0x1.1111111111110p-7, -0x1.5555555555555p-3};
// (cos √u − 1 + u/2)/u² for 0 <= u <= 0.6169
static const real COS[] = {-0x1.907d9316a965fp-37, 0x1.1eeb68d2958ddp-29, -0x1.27e4fa17c44e0p-22, 0x1.a01a019f4e9f4p-16, -0x1.6c16c16c16967p-10, 0x1.5555555555555p-5};
// (atan √u/√u − 1)/u for 0 <= u <= 0.17158
static const real ATAN[] = {0x1.0ad19d106080cp-6, -0x1.1b32e90dc1b73p-5, 0x1.74dd831f5c013p-5, -0x1.ac7a81ce7905cp-5, 0x1.e19a11516d8ebp-5, -0x1.110e87efaa766p-4, 0x1.3b1392d8695c8p-4, -0x1.745d165de6c19p-4, 0x1.c71c71c304728p-4, -0x1.249249248d7e8p-3, 0x1.9999999999953p-3, -0x1.5555555555555p-2};
// (sin √u/√u − 1)/u for 0 <= u <= 1
static const real SINC[] = {0x1.6e162301e09cep-66, -0x1.2f45d8ff30b63p-57, 0x1.952c727a4930bp-49, -0x1.ae7f3e7002a7cp-41, 0x1.6124613a8565cp-33, -0x1.ae64567f544d7p-26, 0x1.71de3a556c734p-19, -0x1.a01a01a01a01ap-13, 0x1.1111111111111p-7, -0x1.5555555555555p-3};
// (cos √u − sin √u/√u)/u for 0 <= u <= 1
static const real SINC_SLOPE[] = {0x1.c927e0ba8ef35p-62, -0x1.552d9e0e1abdbp-53, 0x1.952c70c80a085p-45, -0x1.78af56a066ae5p-37, 0x1.08db48ebe329fp-29, -0x1.0cfeb60f94afep-22, 0x1.71de3a556c734p-16, -0x1.3813813813814p-10, 0x1.1111111111111p-5, -0x1.5555555555555p-2};
// erf √u/√u − 9/8 for 0 <= u <= 1
static const real ERF[] = {0x1.3c01fd3a74542p-42, -0x1.b40e7abf9f000p-38, 0x1.9a0fcb5e22c5bp-34, -0x1.517ce02f1265fp-30, 0x1.fcbb312b48443p-27, -0x1.5f73c3bf14b91p-23, 0x1.b9e6c38e5cf3dp-20, -0x1.f4d25bf9af03ap-17, 0x1.f9a326f7ac5b1p-14, -0x1.c02db40035f1ep-11, 0x1.565bcd0e6a2eep-8, -0x1.b82ce31288b47p-6, 0x1.ce2f21a042be2p-4, -0x1.812746b0379e7p-2, 0x1.baea08536da23p-9};
// erfcx(x)(x + 3)/6, where u = (x − 3)/(x + 3) for -1 <= u <= 1
static const real ERFCX[] = {0x1.0963dc9465062p-35, 0x1.28f7483609154p-33, -0x1.8ba46dcb6d968p-33, -0x1.8e13b0bec2a88p-30, -0x1.063010879939dp-33, 0x1.250964c5ff1dfp-27, 0x1.05727fa1cbe4ap-27, -0x1.4ec64c77e4f04p-25, -0x1.23bfc7d3219a7p-24, 0x1.657c3e1277087p-23, 0x1.eed7ae9b1150bp-22, -0x1.a8ef62a9ce810p-21, -0x1.86ced4a3deda3p-19, 0x1.53ff1516b85f2p-18, 0x1.2cc37f3b955b0p-16, -0x1.82f6a3547dbcdp-15, -0x1.7f4bd74a2fcc2p-14, 0x1.091ed1653d5b0p-11, -0x1.a7c53412be498p-13, -0x1.2506628f08e7cp-8, 0x1.4663f6120f1c5p-6, -0x1.a7e42c5727d4dp-5, 0x1.92ede1b27d8f7p-4, -0x1.2d882f67c6cf8p-3, 0x1.6e9827d229d2dp-3};
#endif
