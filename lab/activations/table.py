"""The activations that the lab ships, a row each: the name, the formula, and where it comes from.

All else follows from a row: σ and its exact derivative, compiled from the formula
(`lab.activations.catalogue`); the proved bounds of σ′ (`lab.prover`); its tests; its page, ``lab activations NAME``; and a function of its
name that other formulas may call, ``gelu(2*z)``. To add an activation, add a row.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """One activation of the table.

    name
        As an experiment file writes it. Spelled with _ for -, or with nothing for it, it is known too.
    formula
        σ(z), in the language of formulas, with its parameters by name.
    about
        What there is to say of it: where its slope vanishes, what it is for, which defaults others have.
    source
        Author, title, year.
    parameters, requires
        Name → default and range, as ``(0.1, "(0, 1]")``; a parameter whose default is None has to be given.
        And a condition between parameters, such as ``"low < high"``.
    at_kinks
        The kinks with the value of σ′ there, both as formulas in the parameters: ``{"0": "slope"}``.
    aliases
        Other names.
    """

    name: str
    formula: str
    about: str
    source: str
    parameters: Mapping[str, tuple[float | None, str]] = field(default_factory=dict)
    requires: str = ""
    at_kinks: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        """All names but the first: the aliases, and every name spelled with _ for - and without it."""
        names = (self.name, *self.aliases)
        spelled = [name.replace("-", other) for name in names for other in ("-", "_", "")]
        return tuple(name for name in dict.fromkeys(spelled) if name != self.name)


ANY, POSITIVE, NOT_NEGATIVE, SHARE = "(-inf, inf)", "(0, inf)", "[0, inf)", "(0, 1]"

LECUN = "LeCun, Bottou, Orr & Müller, Efficient BackProp (1998), § 4.4"
KUNC = "Kunc & Kléma, Three decades of activations (2024)"
MAAS = "Maas, Hannun & Ng, Rectifier nonlinearities improve neural network acoustic models (2013)"
DUGAS = "Dugas et al., Incorporating second-order functional knowledge for better option pricing (2001)"
HOWARD = "Howard et al., Searching for MobileNetV3 (2019)"
DONOHO = "Donoho & Johnstone, Ideal spatial adaptation by wavelet shrinkage (1994)"
BERGSTRA = "Bergstra, Desjardins, Lamblin & Bengio, Quadratic polynomials learn better image features (2009)"
ZIYIN = "Ziyin, Hartwig & Ueda, Neural networks fail to learn periodic functions and how to fix it (2020)"
NORMALISATION = "Chen, Lu, Zhu, Sun & Liu, Stronger normalization-free transformers (2025)"

# fmt: off
ROWS: tuple[Row, ...] = (
    # Straight lines
    Row("identity", "z",
        "A linear neuron. Its slope is 1 everywhere.", "—",
        aliases=("linear",)),
    Row("relu", "max(z, 0)",
        "Its slope is 0 on the whole left.",
        "Nair & Hinton, Rectified linear units improve restricted Boltzmann machines (2010)",
        at_kinks={"0": "0"}),
    Row("relu6", "min(max(z, 0), 6)",
        "Its slope is 0 outside (0, 6).", "Krizhevsky, Convolutional deep belief networks on CIFAR-10 (2010)",
        at_kinks={"0": "0", "6": "0"}),
    Row("clipped-relu", "min(max(z, 0), c)",
        "Its slope is 0 outside (0, c).",
        "Hannun et al., Deep Speech: scaling up end-to-end speech recognition (2014)",
        {"c": (20.0, POSITIVE)}, at_kinks={"0": "0", "c": "0"}),
    Row("leaky-relu", "where(z >= 0, z, slope*z)",
        "The leak floors σ′, which vanishes only for slope = 0. 0.01 is torch's and jax's default, Keras has 0.2.",
        MAAS,
        {"slope": (0.01, ANY)}, at_kinks={"0": "1"}),
    Row("prelu", "where(z >= 0, z, slope*z)",
        "A leaky ReLU whose leak is learned elsewhere, from 0.25 on; here it is fixed, a parameter to vary.",
        "He, Zhang, Ren & Sun, Delving deep into rectifiers (2015)",
        {"slope": (0.25, ANY)}, at_kinks={"0": "1"}),
    Row("rrelu", "where(z >= 0, z, (lower + upper)/2*z)",
        "Elsewhere the leak is drawn between lower and upper while training, and is their mean afterwards; here it is that mean throughout.",
        "Xu, Wang, Chen & Li, Empirical evaluation of rectified activations (2015)",
        {"lower": (1 / 8, NOT_NEGATIVE), "upper": (1 / 3, NOT_NEGATIVE)}, requires="lower <= upper", at_kinks={"0": "1"}),
    Row("threshold", "where(z > t, z, v)",
        "z beyond t, else v. It jumps at t, unless v = t. Its slope is 0 for z <= t. t = v = 0 is the ReLU.",
        "torch.nn.Threshold",
        {"t": (None, ANY), "v": (None, ANY)}, at_kinks={"t": "0"}),
    Row("step", "where(z > 0, 1, 0)",
        "The perceptron, a counter-example: its slope is 0 everywhere, so by BP2 no weight below it learns. It jumps at 0.",
        "McCulloch & Pitts (1943); Nielsen, Neural Networks and Deep Learning (2015), ch. 1",
        at_kinks={"0": "0"}, aliases=("heaviside",)),
    Row("hard-tanh", "where(z > high, high, where(z < low, low, z))",
        "Its slope is 0 beyond the bends.", "Collobert, Large scale machine learning (2004)",
        {"low": (-1.0, ANY), "high": (1.0, ANY)}, requires="low < high", at_kinks={"low": "1", "high": "1"}),
    Row("leaky-hard-tanh", "where(z > high, high + slope*(z - high), where(z < low, low + slope*(z - low), z))",
        "A hard tanh that leaks beyond its bends: the leak floors the slope.", MAAS + ", for the leak",
        {"slope": (0.01, SHARE), "low": (-1.0, ANY), "high": (1.0, ANY)}, requires="low < high", at_kinks={"low": "1", "high": "1"}, aliases=("leaky-hardtanh",)),
    Row("plu", "where(z > bound, bound + slope*(z - bound), where(z < -bound, slope*(z + bound) - bound, z))",
        "The identity up to ±bound, then straight on: slope floors σ′.",
        "Nicolae, PLU: the piecewise linear unit activation function (2018)",
        {"slope": (0.1, SHARE), "bound": (1.0, POSITIVE)}, at_kinks={"-bound": "1", "bound": "1"}),
    Row("hard-sigmoid", "min(max(z/6 + 0.5, 0), 1)",
        "Its slope is 0 for |z| >= 3. This is the form of torch, Keras 3 and jax.",
        HOWARD + ", after Courbariaux et al. (2015)",
        at_kinks={"-3": "0", "3": "0"}),
    Row("hard-sigmoid-keras-2", "min(max(0.2*z + 0.5, 0), 1)",
        "The hard sigmoid of Keras 1 and 2. Its slope is 0 for |z| >= 2.5.",
        "Courbariaux, Bengio & David, BinaryConnect (2015), for the idea; keras.activations.hard_sigmoid before 3",
        at_kinks={"-2.5": "0", "2.5": "0"}),
    Row("leaky-hard-sigmoid", "where(z > 3, 1 + slope*(z - 3), where(z < -3, slope*(z + 3), z/6 + 0.5))",
        "A hard sigmoid that leaks beyond its bends: the leak floors the slope.", MAAS + ", for the leak",
        {"slope": (0.01, POSITIVE)}, at_kinks={"-3": "1/6", "3": "1/6"}, aliases=("leaky-hardsigmoid",)),
    Row("sparse-sigmoid", "0.5 + (abs(z + 1) - abs(z - 1))/4",
        "(z + 1)/2, but no less than 0 and no more than 1: the derivative of sparse-plus. Its slope is 0 for |z| > 1.",
        "Martins & Astudillo, From softmax to sparsemax (2016), for two classes",
        at_kinks={"-1": "1/4", "1": "1/4"}),
    Row("soft-shrink", "sign(z)*max(abs(z) - threshold, 0)",
        "Its slope is 0 for |z| <= threshold: it saturates in the middle and not in the tails.", DONOHO,
        {"threshold": (0.5, POSITIVE)}, at_kinks={"-threshold": "0", "threshold": "0"}),
    Row("hard-shrink", "z*where(abs(z) > threshold, 1, 0)",
        "It jumps at ±threshold. Its slope is 0 between.", DONOHO,
        {"threshold": (0.5, POSITIVE)}, at_kinks={"-threshold": "0", "threshold": "0"}),
    # Straight lines and parabolas
    Row("relu-squared", "max(z, 0)**2",
        "Its slope is 0 on the whole left and has no bound on the right.",
        "So et al., Primer: searching for efficient transformers for language modeling (2021)",
        aliases=("squared-relu",)),
    Row("star-relu", "scale*max(z, 0)**2 + bias",
        "A squared ReLU of mean 0 and variance 1 where z is standard normal.",
        "Yu et al., MetaFormer baselines for vision (2022)",
        {"scale": (0.8944, POSITIVE), "bias": (-0.4472, ANY)}),
    Row("hard-swish", "where(z > -3, where(z < 3, z*(z + 3)/6, z), 0)",
        "Its slope is 0 for z <= -3 and at z = -3/2, and negative between; it jumps at -3 and at 3.", HOWARD,
        at_kinks={"-3": "0", "3": "1"}, aliases=("hard-silu",)),
    Row("sparse-plus", "where(z < 1, max(z + 1, 0)**2/4, z)",
        "Softplus with an end: its slope is 0 for z <= -1. σ′ has no jump, only σ″.",
        "jax.nn.sparse_plus; the derivative is sparse-sigmoid"),
    Row("smelu", "where(z <= -beta, 0, where(z < beta, (z + beta)**2/(4*beta), z))",
        "A ReLU whose corner is a parabola. Its slope is 0 for z <= -beta.",
        "Shamir & Lin, Real world large scale recommendation systems reproducibility and smooth activations (2022)",
        {"beta": (1.0, POSITIVE)}),
    # The logistic function and what is made of it
    Row("sigmoid", "s(z)",
        "Its slope is at most 1/4 and vanishes in both tails as e^-|z|.",
        "Nielsen, Neural Networks and Deep Learning (2015), ch. 1",
        aliases=("logistic",)),
    Row("siglin", "s(z) + slope*z",
        "The sigmoid with a straight line added: slope floors σ′.", f'{LECUN}, for the line; SigLin in {KUNC}',
        {"slope": (0.05, POSITIVE)}, aliases=("sigmoid-linear",)),
    Row("isigmoid", "where(z > bound, s(bound) + slope*(z - bound), where(z < -bound, s(-bound) + slope*(z + bound), s(z)))",
        "The sigmoid up to ±bound, then straight on. Its slope never vanishes.",
        "Qin, Wang & Zou, The optimized deep belief networks with improved logistic sigmoid units (2018)",
        {"slope": (0.2, POSITIVE), "bound": (2.0, "(0, 350]")}, at_kinks={"-bound": "s(bound)*s(-bound)", "bound": "s(bound)*s(-bound)"}),
    Row("log-sigmoid", "-sp(-z)",
        "Its slope vanishes on the right as e^-z.",
        "Cox, The regression analysis of binary sequences (1958), the log-likelihood of logistic regression"),
    Row("softplus", "sp(beta*z)/beta",
        "A smooth ReLU. Its slope vanishes on the left as e^(beta z).", DUGAS,
        {"beta": (1.0, POSITIVE)}),
    Row("smooth-leaky", "slope*z + (1 - slope)*sp(z)",
        "A smooth leaky ReLU: its slope rises from slope to 1.",
        f'{DUGAS}, with the leak of Maas, Hannun & Ng (2013)',
        {"slope": (0.1, SHARE)}, aliases=("leaky-softplus",)),
    Row("softclip", "where(z < 0.5, (sp(p*z) - sp(p*(z - 1)))/p, 1 - (sp(p*(1 - z)) - sp(-p*z))/p)",
        "ln((1 + e^(pz))/(1 + e^(p(z-1))))/p: nearly z between 0 and 1. Its slope vanishes in both tails.",
        "Klimek & Perelstein, Neural network-based approach to phase space integration (2020)",
        {"p": (10.0, POSITIVE)}),
    Row("silu", "z*s(z)",
        "Its slope is negative left of z = -1.278 and vanishes on the left.",
        "Elfwing, Uchibe & Doya, Sigmoid-weighted linear units for neural network function approximation (2018)",
        aliases=("swish",)),
    Row("swish-beta", "z*s(beta*z)",
        "The SiLU at beta = 1, the ReLU for beta → ∞. Its slope is negative left of beta z = -1.278.",
        "Ramachandran, Zoph & Le, Searching for activation functions (2017)",
        {"beta": (1.0, POSITIVE)}),
    Row("quick-gelu", "z*s(1.702*z)",
        "An approximation of the GELU. Its slope is negative left of z = -0.751.",
        "Hendrycks & Gimpel, Gaussian error linear units (2016), § 2"),
    Row("gpt-oss", "min(z, 7)*s(1.702*min(z, 7))",
        "The clamped gate of gpt-oss. Its slope is 0 from z = 7 on, and negative left of z = -0.751.",
        "OpenAI, gpt-oss-120b & gpt-oss-20b model card (2025)",
        at_kinks={"7": "0"}),
    Row("acon-b", "(1 - p)*z*s(beta*(1 - p)*z) + p*z",
        "A smooth maximum of z and pz, that is of a leaky ReLU. Its slope never vanishes for p > 0.0908.",
        "Ma, Zhang, Liu & Sun, Activate or not: learning customized activation (2021), ACON-B",
        {"beta": (1.0, POSITIVE), "p": (0.25, "[0, 1)")}),
    Row("logish", "z*log1p(s(z))",
        "Its slope is negative on the left and vanishes there.",
        "Zhu, Zeng, Liu & Zhang, Logish: a new nonlinear nonmonotonic activation function (2021)"),
    Row("smish", "z*tanh(log1p(s(z)))",
        "Its slope is negative on the left and vanishes there.",
        "Wang, Ren & Wang, Smish: a novel activation function for deep learning methods (2022)"),
    Row("sinlu", "(z + a*sin(b*z))*s(z)",
        "A SiLU with a sine in it. Its slope changes its sign.",
        "Paul et al., SinLU: sinu-sigmoidal linear unit (2022)",
        {"a": (1.0, ANY), "b": (1.0, ANY)}),
    Row("mish", "z*tanh(sp(z))",
        "Its slope is negative left of z = -1.192 and vanishes on the left as z e^z.",
        "Misra, Mish: a self regularized non-monotonic activation function (2019)"),
    Row("serf", "z*erf(sp(z))",
        "Its slope is negative on the left and vanishes there.",
        "Nag & Bhattacharyya, SERF: towards better training of deep neural networks (2021)"),
    # The hyperbolic tangent and what is made of it
    Row("tanh", "tanh(z)",
        "Its slope is at most 1 and vanishes in both tails as 4 e^(-2|z|).",
        "Nielsen, Neural Networks and Deep Learning (2015), ch. 3"),
    Row("twisted-tanh", "tanh(z) + twist*z",
        "The twisting term floors the slope, which never vanishes.", LECUN,
        {"twist": (0.1, POSITIVE)}),
    Row("lecun-tanh", "1.7159*tanh(2/3*z) + twist*z",
        'Scaled so that σ(±1) = ±1 nearly. A twist is there "to avoid flat spots": it floors the slope.',
        LECUN,
        {"twist": (0.0, NOT_NEGATIVE)}),
    Row("tanhlu", "alpha*tanh(beta*z) + gamma*z",
        "The line floors the slope, which never vanishes for gamma > 0.",
        "Shen, Zhang, Zhou & Yin, Enhancement of neural networks with an alternative activation function tanhLU (2022)",
        {"alpha": (1.0, POSITIVE), "beta": (1.0, POSITIVE), "gamma": (0.1, NOT_NEGATIVE)}),
    Row("dyt", "tanh(alpha*z)",
        "Dynamic tanh, without the affine part, which is the next layer's. Its slope vanishes in both tails.",
        "Zhu, Chen, He, LeCun & Liu, Transformers without normalization (2025)",
        {"alpha": (0.5, POSITIVE)}),
    Row("stac-tanh", "where(z > bound, tanh(bound) + slope*(z - bound), where(z < -bound, tanh(-bound) + slope*(z + bound), tanh(z)))",
        "The tanh up to ±bound, then straight on. Its slope never vanishes.", f'STAC-tanh in {KUNC}',
        {"slope": (0.1, POSITIVE), "bound": (1.0, "(0, 350]")}, at_kinks={"-bound": "sech2(bound)", "bound": "sech2(bound)"}),
    Row("reltanh", "where(z < low, tanh(low) + sech2(low)*(z - low), where(z > high, tanh(high) + sech2(high)*(z - high), tanh(z)))",
        "The tanh between low and high, and its tangents beyond: σ′ is continuous and never vanishes.",
        "Wang, Qin, Wang, Xiang & Chen, ReLTanh: an activation function with vanishing gradient resistance for SAE-based DNNs (2019)",
        {"low": (-1.5, "[-350, 350]"), "high": (0.0, "[-350, 350]")}, requires="low < high"),
    Row("tanh-shrink", "z - tanh(z)",
        "Its slope is tanh² z: it vanishes at 0 and nowhere else.",
        "Collobert, Kavukcuoglu & Farabet, Torch7 (2011)"),
    Row("lisht", "z*tanh(z)",
        "A counter-example, since z and -z look alike. Its slope vanishes at 0 alone and is negative on the left.",
        "Roy, Manna, Dubey & Chaudhuri, LiSHT: non-parametric linearly scaled hyperbolic tangent (2019)"),
    # Exponentials
    Row("elu", "where(z > 0, z, alpha*expm1(z))",
        "Its slope vanishes on the left as e^z; for alpha other than 1 it jumps at 0.",
        "Clevert, Unterthiner & Hochreiter, Fast and accurate deep network learning by ELUs (2016)",
        {"alpha": (1.0, POSITIVE)}, at_kinks={"0": "alpha"}),
    Row("celu", "where(z > 0, z, alpha*expm1(z/alpha))",
        "Its slope is continuous for every alpha and vanishes on the left as e^(z/alpha).",
        "Barron, Continuously differentiable exponential linear units (2017)",
        {"alpha": (1.0, POSITIVE)}),
    Row("selu", "1.0507009873554805*where(z > 0, z, 1.6732632423543772*expm1(z))",
        "Its constants make mean 0 and variance 1 a fixed point. Its slope jumps at 0 and vanishes on the left.",
        "Klambauer, Unterthiner, Mayr & Hochreiter, Self-normalizing neural networks (2017), eq. 14",
        at_kinks={"0": "1.0507009873554805*1.6732632423543772"}),
    Row("xielu", "where(z > 0, alpha_p*z**2 + beta*z, alpha_n*(expm1(z) - z) + beta*z)",
        "A parabola on the right and an exponential on the left. Its slope is negative on the far left for alpha_n > beta.",
        "Huang & Schlag, Deriving activation functions using integration (2024)",
        {"alpha_p": (0.8, POSITIVE), "alpha_n": (0.8, NOT_NEGATIVE), "beta": (0.5, ANY)}),
    Row("exponential", "exp(z)",
        "Its slope vanishes on the left as e^z and has no bound on the right.",
        "Nelder & Wedderburn, Generalized linear models (1972), the inverse link of Poisson regression",
        aliases=("exp",)),
    Row("gompertz", "exp(-exp(-z))",
        "A lopsided sigmoid. Its slope vanishes on the right as e^-z, on the left as e^(-e^-z).",
        "Gompertz, On the nature of the function expressive of the law of human mortality (1825)"),
    Row("cloglog", "-expm1(-exp(z))",
        "The complementary log-log link, 1 - e^(-e^z). Its slope vanishes on the left as e^z.",
        "Gomes & Ludermir, Complementary log-log and probit: activation functions (2008)"),
    Row("golu", "z*exp(-exp(-z))",
        "z with a Gompertz gate. Its slope is negative on the left and vanishes there.",
        "Das et al., Gompertz linear units (2025)"),
    Row("telu", "z*tanh(exp(z))",
        "Its slope is negative on the left and vanishes there as z e^z.",
        "Fernandez & Mali, TeLU activation function for fast and stable deep learning (2024)"),
    # The normal law
    Row("gelu", "z*Phi(z)",
        "The exact form, as in torch and Keras. Its slope is negative left of z = -0.752 and vanishes on the left.",
        "Hendrycks & Gimpel, Gaussian error linear units (2016)"),
    Row("gelu-tanh", "z*s(2*sqrt(2/pi)*(z + 0.044715*z**3))",
        "z(1 + tanh u)/2 with u = √(2/π)(z + 0.044715 z³): an approximation of the GELU, jax's default.",
        "Hendrycks & Gimpel, Gaussian error linear units (2016), § 2"),
    Row("gelu-sinc", "Phi(z)*(z + 0.5*sin(z))",
        "z Φ(z)(1 + ½ sinc z), sinc z = sin z/z: a GELU that waves. On the right its slope goes between ½ and 3/2 for ever.",
        "arXiv 2602.05688"),
    Row("phish", "z*tanh(z*Phi(z))",
        "Its slope is negative on the left and vanishes there.",
        "Naveen, Phish: a novel hyper-optimizable activation function (2022)"),
    Row("erf", "erf(z)",
        "Its slope vanishes in both tails, as fast as e^(-z²).",
        "Williams, Computing with infinite networks (1997)"),
    Row("derf", "erf(alpha*z + shift)",
        "Dynamic erf, without the affine part, which is the next layer's. Its slope vanishes in both tails.",
        NORMALISATION,
        {"alpha": (0.5, POSITIVE), "shift": (0.0, ANY)}),
    Row("bump", "exp(-z**2)",
        "A counter-example that rises and falls. Its slope vanishes at 0 and in both tails.",
        "Broomhead & Lowe, Multivariable functional interpolation and adaptive networks (1988)",
        aliases=("gaussian",)),
    # Roots, quotients and what grows slowly
    Row("softsign", "z/(1 + abs(z))",
        "Its slope vanishes in both tails, but only as z^-2.", BERGSTRA,
        aliases=("soft-sign",)),
    Row("leaky-softsign", "(1 - slope)*z/(1 + abs(z)) + slope*z",
        "The line floors the slope, which falls to it only as z^-2.",
        f'{BERGSTRA}, lifted as LeCun et al. (1998), § 4.4, lift the tanh',
        {"slope": (0.1, SHARE)}),
    Row("isru", "z/sqrt(1 + z**2)",
        "The inverse square root unit. Its slope vanishes in both tails, as |z|^-3.",
        "Carlile, Delamarter, Kinney, Marti & Whitney, Improving deep learning by inverse square root linear units (2017), with α = 1"),
    Row("squareplus", "(z + sqrt(z**2 + b))/2",
        "A softplus without exponentials. Its slope vanishes on the left, but only as b/4z².",
        "Barron, Squareplus: a softplus-like algebraic rectifier (2021)",
        {"b": (4.0, POSITIVE)}),
    Row("bent-identity", "a*(sqrt(z**2 + 1) - 1) + z",
        "Its slope never vanishes: it rises from 1 - a on the left to 1 + a on the right.",
        "Godfrey, An evaluation of parametric activation functions for deep learning (2019), the bendable linear unit; a = ½ is the bent identity",
        {"a": (0.5, "(-1, 1)")}, aliases=("blu",)),
    Row("arctan", "arctan(z)",
        "Its slope vanishes in both tails as z^-2.",
        "Kamruzzaman & Aziz, A note on activation function in multilayer feedforward learning (2002)",
        aliases=("atan",)),
    Row("atlu", "z*(arctan(z)/pi + 0.5)",
        "z with an arctan gate. Its slope is positive and vanishes on the left, but only as |z|^-3.",
        f'ATLU in {KUNC}'),
    Row("asinh", "asinh(z)",
        "Its slope vanishes in both tails, but only as 1/|z|; σ has no bound.",
        "Burbidge, Magee & Robb, Alternative transformations to handle extreme values (1988)",
        aliases=("arcsinh",)),
    Row("symlog", "sign(z)*log1p(abs(z))",
        "Its slope vanishes in both tails, but only as 1/|z|; σ has no bound.",
        "Webber, A bi-symmetric log transformation for wide-range data (2013); Hafner et al., Mastering diverse domains through world models (2023)"),
    Row("pau", "(a0 + a1*z + a2*z**2 + a3*z**3 + a4*z**4 + a5*z**5)/(1 + abs(b1*z + b2*z**2 + b3*z**3 + b4*z**4))",
        "The safe Padé unit of degrees 5 and 4; its absolute value leaves it no pole. The defaults are near a ReLU. Their terms cancel from z = -3 to -0.5: up to three digits are lost there.",
        "Molina, Schramowski & Kersting, Padé activation units (2020)",
        {"a0": (0.02996348, ANY), "a1": (0.61690165, ANY), "a2": (2.37539147, ANY), "a3": (3.06608078, ANY), "a4": (1.52474449, ANY), "a5": (0.25281987, ANY), "b1": (1.19160814, ANY), "b2": (4.40811795, ANY), "b3": (0.91111034, ANY), "b4": (0.34885983, ANY)}),
    # Functions with a sine in them
    Row("sin", "sin(z)",
        "A counter-example, whose slope changes its sign at every odd multiple of π/2.",
        "Sitzmann, Martel, Bergman, Lindell & Wetzstein, Implicit neural representations with periodic activation functions (2020)"),
    Row("snake", "z + sin(a*z)**2/a",
        "Its slope is never negative and vanishes at az = -π/4 + kπ.", ZIYIN,
        {"a": (1.0, POSITIVE)}),
    Row("damped-snake", "z + b/a*sin(a*z)**2",
        "Its slope never vanishes for b < 1; b = 1 is the snake.", f'{ZIYIN}, for b = 1',
        {"a": (1.0, POSITIVE), "b": (0.5, "[0, 1]")}),
    Row("gcu", "z*cos(z)",
        "The growing cosine unit. Its slope changes its sign again and again, and has no bound.",
        "Noel, Arunkumar, Trivedi & Dutta, Growing cosine unit (2021)"),
    Row("sine-relu", "where(z > 0, z, epsilon*(sin(z) - cos(z)))",
        "A ReLU that waves on the left. It jumps at 0, by epsilon.",
        "Rodrigues, SineReLU: an alternative to the ReLU activation function (2018)",
        {"epsilon": (0.0025, NOT_NEGATIVE)}, at_kinks={"0": "epsilon"}),
)
# fmt: on
"""The table, by kinship."""

FORMULAS: dict[str, str] = {row.name: row.formula for row in ROWS}
"""Name → formula."""
