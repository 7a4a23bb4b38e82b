# ruff: noqa: E501
"""Activations as papers and code write them, beside those of the table: a formula a line, with its source."""

LITERATURE = """
z*tanh(exp(z)) | Fernandez & Mali, TeLU (2024)
z*exp(-exp(-z)) | Das et al., GoLU (2025)
z*log(1 + exp(-exp(-z))) | Kaytan et al., Gish (2022), first form
z*log(2 - exp(-exp(z))) | Kaytan et al., Gish (2022)
z*erf(0.75*exp(0.75*z)) | Biswas et al., ErfAct (2022)
z*erf(0.9*log(1 + exp(z))) | Biswas et al., Pserf (2022)
exp(-exp(-z)) | Gompertz (1825)
1 - exp(-exp(z)) | complementary log-log: Gomes & Ludermir (2008)
tanh(sinh(z)) | arctan-like sigmoids: Elliott (1993)
1/cosh(z) | hyperbolic secant
1/(1 + e**-z) | logistic, as code writes it
1/(1 + e**(-z)) | the same
exp(z)/(exp(z) + 1) | the same
z*exp(z)/(1 + exp(z)) | swish as a quotient
z/(1 + exp(-z)) | swish
z/(1 + exp(-1.702*z)) | Hendrycks & Gimpel (2016), the sigmoid form of GELU
2*exp(-2*z)/(exp(-2*z) + 1)**2 | surrogate gradient: Zenke & Ganguli (2018)
25*exp(-25*z)/(exp(-25*z) + 1)**2 | the same, slope 25
1/(1 + 25*abs(z))**2 | Zenke & Ganguli, SuperSpike (2018)
1/pi*arctan(pi*z) + 0.5 | Fang et al., surrogate arctan (2021)
log(cosh(z)) | log-cosh
z - tanh(z) | tanhshrink
z*tanh(log(1 + exp(z))) | Misra, Mish (2019)
z*((1 + exp(z))**2 - 1)/((1 + exp(z))**2 + 1) | Mish without a tanh
z*(exp(2*z) + 2*exp(z))/(exp(2*z) + 2*exp(z) + 2) | the same, expanded
log(1 + exp(z)) | Dugas et al. (2001)
log(1 + exp(z)) - log(2) | shifted softplus: Schütt et al., SchNet (2017)
log(0.5*exp(z) + 0.5) | the same, as SchNet prints it
-log(exp(-z) + 1) | log-sigmoid
(z + sqrt(z**2 + 4))/2 | Barron, Squareplus (2021)
log(z + sqrt(z**2 + 1)) | inverse hyperbolic sine
(exp(z) - exp(-z))/(exp(z) + exp(-z)) | tanh
(1 - exp(-2*z))/(1 + exp(-2*z)) | tanh
(exp(2*z) - 1)/(exp(2*z) + 1) | tanh
2/(1 + exp(-2*z)) - 1 | tanh
(1 - exp(-z))/(1 + exp(-z)) | bipolar sigmoid
1.7159*tanh(2*z/3) | LeCun et al. (1998)
1.7159*tanh(2*z/3) + 0.01*z | the same with a twist
0.5*z*(1 + erf(z/sqrt(2))) | Hendrycks & Gimpel, GELU (2016)
0.5*z*(1 + tanh(sqrt(2/pi)*(z + 0.044715*z**3))) | the same, approximation
z*Phi(z) + phi(z) | expected maximum of a normal variable and 0
0.5*z*(2 - exp(-z)) | half of SiReLU's middle
where(z > 0, z, exp(z) - 1) | Clevert, Unterthiner & Hochreiter, ELU (2015)
1.0507*where(z > 0, z, 1.67326*(exp(z) - 1)) | Klambauer et al., SELU (2017)
max(z, 0) + min(exp(z) - 1, 0) | Barron, CELU (2017)
where(z > 0, z, z*exp(z)) | DELU's kin
where(z > 0, z, z/(1 + exp(-z))) | HeLU: half a swish
where(z > 0, z, (exp(z) - 1)/(1 + exp(-z))) | HardELiSH's smooth side: Basirat & Roth, ELiSH (2018)
where(z >= 0, z/(1 + exp(-z)), (exp(z) - 1)/(1 + exp(-z))) | Basirat & Roth, ELiSH (2018)
where(z > 0, z, 0.1*z/(1 + abs(z))) | SignReLU: Lin & Shen (2018)
where(z > 0, z, z/(1 - z)) | softsign on the left
where(z > 0, z, z/sqrt(1 + z**2)) | Carlile et al., ISRLU (2017)
z/sqrt(1 + z**2) | Carlile et al., ISRU (2017)
z/(1 + abs(z)) | Elliott (1993)
0.5*z/(1 + abs(z)) + 0.5 | Elliott (1993), to (0, 1)
where(z > 0, log(1 + z), -log(1 - z)) | Lau & Lim, symmetric logarithm (2018)
where(z > 0, z + log(1 + z), -log(1 - z)) | logarithmic units
sign(z)*log(1 + abs(z)) | symlog: Hafner et al., DreamerV3 (2023)
sign(z)*(sqrt(abs(z) + 1) - 1) | Pohlen et al., Observe and look further (2018)
sign(z)*(sqrt(abs(z) + 1) - 1) + 0.001*z | the same with its linear term
z**3/(1 + z**2) | a rational
z**2/(1 + abs(z)) | a rational
max(z, 0)**2 | So et al., Primer (2021)
max(z, 0)**2/(1 + max(z, 0)) | a ratio of powers of ReLU
max(z, 0)**3 | rectified power units: Li, Tang & Yu (2020)
sqrt(max(z, 0)) | square root of ReLU
sin(z) | Sitzmann et al., SIREN (2020)
sin(30*z) | Sitzmann et al., SIREN (2020)
z + sin(z)**2 | Ziyin, Hartwig & Ueda, Snake (2020)
z + (1 - cos(2*z))/2 | the same
z*cos(z) | Noel et al., growing cosine unit (2021)
sin(z) - sin(z)*cos(z) | a wave
cos(z) - z | Noel et al., decaying sine unit's kin (2021)
sinc(z - 1) - sinc(z + 1) | Noel et al., shifted sinc unit's kin (2021)
exp(-z**2) | Gaussian
exp(-z**2/2) | Gaussian
exp(-abs(z)) | Laplace
z*exp(-z**2) | derivative of a Gaussian
(1 - z**2)*exp(-z**2/2) | Mexican hat
cos(1.75*z)*exp(-z**2/2) | Morlet wavelet
1/(1 + z**2) | inverse quadratic
1/sqrt(1 + z**2) | inverse multiquadric
sqrt(1 + z**2) | multiquadric
sqrt(1 + z**2) - 1 | pseudo-Huber
(sqrt(z**2 + 1) - 1)/2 + z | bent identity
arctan(z) | arctan
2/pi*arctan(pi/2*z) | arctan to (-1, 1)
arctan(exp(z)) | half a Gudermannian
2*arctan(tanh(z/2)) | Gudermannian
arctan(sinh(z)) | Gudermannian
erf(z) | error function
erf(sqrt(pi)/2*z) | error function with slope 1
tanh(z)*log(1 + exp(z)) | tanh times softplus
tanh(z)*log(1 + abs(z)) | logarithmic tanh
z*tanh(z) | Roy et al., LiSHT (2019)
z*arctan(z) | arctan times z
z*exp(-abs(z)) | exponential linear squashing
z*(1 + tanh(z))/2 | swish of 2z
z*sigmoid(z)*(1 + z*(1 - sigmoid(z))) | E-swish's kin: derivative of swish times z
1.5*z*sigmoid(z) | Alcaide, E-swish (2018)
z*sigmoid(sigmoid(z)) | nested sigmoids
sigmoid(z)*softplus(z) | product of two
z*log(1 + sigmoid(z)) | Zhu et al., Logish (2021)
z*tanh(log(1 + sigmoid(z))) | Wang et al., Smish (2022)
z*tanh(softplus(z)*sigmoid(z)) | a nested product
log(1 + exp(z))*tanh(z) | Mish-like
z*(1 - exp(-exp(z))) | complementary log-log gate
z*exp(z)/(1 + exp(2*z)) | sech gate
z/(exp(-z) + exp(z)) | sech gate
z*2**z/(1 + 2**z) | swish in base 2
sigmoid(z) - sigmoid(z - 1) | a bump of two sigmoids
tanh(z + 1) - tanh(z - 1) | a bump of two tanh
0.02*log((1 + exp(50*z))/(1 + exp(50*(z - 1)))) | Klimek & Perelstein, soft clipping (2020)
log((1 + exp(z))/(1 + exp(z - 1))) | the same, wide
softplus(z) - softplus(z - 6) | smooth ReLU6
(1 + exp(-z))**-1.5 | Aria-2's kin: Patwardhan et al. (2018)
z*(1 + exp(-z))**-1.5 | Patwardhan, Ingalhalikar & Walambe, Aria-2 (2018)
(1 + exp(-z))**-0.5 | generalised logistic: Richards (1959)
z/(z/5 + exp(-z/3)) | Zhou et al., soft-root-sign (2020)
1/(2 + exp(-z)) | logistic with another constant
(exp(z) - 1)/(exp(z) + 2) | ratio of exponentials
exp(z)/(exp(2*z) + 1) | half a sech
(2 + exp(z))/(1 + exp(z))*z | ratio of exponentials
max(min(z, 1), -1) | Collobert, hard tanh (2004)
max(0, min(1, 0.2*z + 0.5)) | hard sigmoid, Keras 2
z*max(0, min(1, (z + 3)/6)) | Howard et al., hard swish (2019)
min(max(z, 0), 6) | Krizhevsky, ReLU6 (2010)
max(z, 0.01*z) | Maas, Hannun & Ng (2013)
max(z, 0) + 0.25*min(z, 0) | He et al., PReLU (2015)
max(-1, min(1, z)) + 0.1*z | hard tanh with a twist
where(abs(z) <= 1, (z + 1)**2/4, max(z, 0)) | Shamir & Lin, SmeLU (2022)
where(z > 0, 0.8*z**2 + 0.5*z, 0.8*(exp(z) - 1 - z) + 0.5*z) | Huang & Schlag, xIELU (2024)
where(z < 0, exp(z), 1 + z) | exponential left, linear right
where(z < 0, 0.5*exp(2*z), 1 - 0.5*exp(-2*z)) | Laplace distribution function
where(abs(z) < 1, z - z**3/3, sign(z)*2/3) | cubic clipper
where(abs(z) < 1, z, sign(z)*(1 + log(abs(z)))) | log beyond 1
where(z > 3, z, where(z < -3, 0, z*(z + 3)/6)) | hard swish
0.1*z + 0.9*tanh(z) | tanh on a floor
0.05*z + sigmoid(z) | sigmoid on a floor
z + 0.5*sin(2*z) | slope from 0 to 2
z + 0.5*exp(-z**2) | identity with a bump
(z**3 + 3*z)/(3*z**2 + 1) | Padé approximation of tanh's kin
z*(27 + z**2)/(27 + 9*z**2) | Padé approximation of tanh
(0.02996 + 0.61690*z + 2.37539*z**2 + 3.06608*z**3 + 1.52474*z**4 + 0.25281*z**5)/(1 + abs(1.19160*z + 4.40811*z**2 + 0.91111*z**3 + 0.34885*z**4)) | Molina, Schramowski & Kersting, Padé activation units (2020), close to leaky ReLU
z*(z + sqrt(z**2 + 1)) | smooth ReLU squared
0.5*(z + abs(z)) | ReLU
0.5*(z + z*tanh(z)) | between swish and LiSHT
log(1 + z**2) | Cauchy loss
z/(1 + z**2) | derivative of it, halved
z*log(1 + tanh(exp(z))) | a nested gate
tanh(z)**3 | cube of tanh
sigmoid(z)**2 | square of sigmoid
abs(z) | modulus
abs(z)/(1 + abs(z)) | even softsign
1 - abs(z)*exp(-abs(z)) | a notch
exp(z)*(1 + erf(z)) | a product that grows
log((1 + exp(50*(z + 1)))/(1 + exp(50*(z - 1))))/50 - 1 | soft clipping to (-1, 1)
-log(exp(-50*z) + exp(-50))/50 | a smooth minimum of z and 1
(1 + 0.5*z + 0.1*z**2)/(1 + abs(0.3*z + 0.2*z**2)) | Molina et al., safe PAU (2020)
(z*exp(z) - 1)/(1 + exp(z)) | swish minus a logistic, as a quotient
max(z, 0) + 0.4 - where(z > 0, 0, 0.4*(1 - exp(z))) | Trottier et al., PELU's kin (2017)
z - cos(0.6*z)/0.6 + 1/0.6 | Snake's kin, whose slope is 0 at some z
z*erf(exp(z)) | Biswas et al., ErfAct's kin (2022)
Phi(z) - 0.5 | probit
Phi(z)*(1 - Phi(z)) | Bernoulli variance of a probit
z*Phi(1.5*z) | GELU, steeper
"""


def rows() -> list[str]:
    """The formulas."""
    return [line.partition(" | ")[0] for line in LITERATURE.strip().splitlines()]
