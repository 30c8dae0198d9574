"""The inverse of the normal distribution, in plain arithmetic: the same bits compiled, in numpy and on every machine.

Source: Wichura 1988, Applied Statistics 37, algorithm AS 241, PPND16. The logarithm in it is that of Sun's fdlibm,
``e_log.c``, since those of libraries differ in the last bit. The functions take numbers or arrays.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from forecast.axes import Floats

X = TypeVar("X", float, Floats)

CENTRE = 0.425
"""Distance from 1/2 up to which the first of the three fractions holds."""
FAR = 5.0
"""Value of sqrt(-ln p) from which the last one holds."""
HALF_ROOT = 0.7071067811865476


def centre(q: X) -> X:
    """Normal of the probability 1/2 + q, for abs(q) up to 0.425."""
    r = 0.180625 - q * q
    top = 2.5090809287301226727e3 * r + 3.3430575583588128105e4
    top = ((top * r + 6.7265770927008700853e4) * r + 4.5921953931549871457e4) * r + 1.3731693765509461125e4
    top = ((top * r + 1.9715909503065514427e3) * r + 1.3314166789178437745e2) * r + 3.3871328727963666080e0
    low = 5.2264952788528545610e3 * r + 2.8729085735721942674e4
    low = ((low * r + 3.9307895800092710610e4) * r + 2.1213794301586595867e4) * r + 5.3941960214247511077e3
    low = ((low * r + 6.8718700749205790830e2) * r + 4.2313330701600911252e1) * r + 1.0
    return q * top / low


def near(r: X) -> X:
    """Distance from the mean where r = sqrt(-ln p), p the smaller tail, is at most 5."""
    r = r - 1.6
    top = 7.74545014278341407640e-4 * r + 2.27238449892691845833e-2
    top = ((top * r + 2.41780725177450611770e-1) * r + 1.27045825245236838258e0) * r + 3.64784832476320460504e0
    top = ((top * r + 5.76949722146069140550e0) * r + 4.63033784615654529590e0) * r + 1.42343711074968357734e0
    low = 1.05075007164441684324e-9 * r + 5.47593808499534494600e-4
    low = ((low * r + 1.51986665636164571966e-2) * r + 1.48103976427480074590e-1) * r + 6.89767334985100004550e-1
    low = ((low * r + 1.67638483018380384940e0) * r + 2.05319162663775882187e0) * r + 1.0
    return top / low


def far(r: X) -> X:
    """Distance from the mean where r = sqrt(-ln p), p the smaller tail, is above 5."""
    r = r - 5.0
    top = 2.01033439929228813265e-7 * r + 2.71155556874348757815e-5
    top = ((top * r + 1.24266094738807843860e-3) * r + 2.65321895265761230930e-2) * r + 2.96560571828504891230e-1
    top = ((top * r + 1.78482653991729133580e0) * r + 5.46378491116411436990e0) * r + 6.65790464350110377720e0
    low = 2.04426310338993978564e-15 * r + 1.42151175831644588870e-7
    low = ((low * r + 1.84631831751005468180e-5) * r + 7.86869131145613259100e-4) * r + 1.48753612908506148525e-2
    low = ((low * r + 1.36929880922735805310e-1) * r + 5.99832206555887937690e-1) * r + 1.0
    return top / low


def logarithm(fraction: X, power: X) -> X:
    """Natural logarithm of fraction x 2^power, the fraction from sqrt(1/2) to sqrt(2)."""
    f = fraction - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01))
    odd = 2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)
    rest = z * (6.666666666666735130e-01 + w * odd) + even
    half = 0.5 * f * f
    small = s * (half + rest) + power * 1.90821492927058770002e-10
    return power * 6.93147180369123816490e-01 - ((half - small) - f)


def inverse(p: Floats) -> Floats:
    """Normals of probabilities strictly between 0 and 1, of any shape.

    >>> inverse(np.array([0.5, 0.975]))
    array([0.        , 1.95996398])
    """
    q = p - 0.5
    fraction, power = np.frexp(np.minimum(p, 1.0 - p))
    low = fraction < HALF_ROOT
    r = np.sqrt(-logarithm(np.where(low, 2.0 * fraction, fraction), power - np.where(low, 1.0, 0.0)))
    tail = np.where(r <= FAR, near(r), far(r))
    return np.asarray(np.where(np.abs(q) <= CENTRE, centre(q), np.where(q < 0.0, -tail, tail)))
