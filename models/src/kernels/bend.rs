//! What may follow a convolution while its sums are still in registers.

/// The bend after a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bend {
    /// None.
    None,
    /// `min(max(0, z), 6)`.
    Relu6,
}

/// Where ReLU6 stops.
const SIX: f32 = 6.0;

impl Bend {
    /// The bent number. Written so that NaN stays NaN and that it is two instructions.
    #[inline(always)]
    pub(super) fn apply(self, z: f32) -> f32 {
        match self {
            Bend::None => z,
            Bend::Relu6 => {
                let positive = if z < 0.0 { 0.0 } else { z };
                if positive > SIX { SIX } else { positive }
            }
        }
    }

    /// The gradient before the bend, given that behind it and the bent numbers: nothing passes where they lie at an end.
    pub(super) fn gradient(self, bent: &[f32], gradient: &[f32]) -> Vec<f32> {
        match self {
            Bend::None => gradient.to_vec(),
            Bend::Relu6 => {
                let pass = |(y, gradient): (&f32, &f32)| if *y <= 0.0 || *y >= SIX { 0.0 } else { *gradient };
                bent.iter().zip(gradient).map(pass).collect()
            }
        }
    }
}
