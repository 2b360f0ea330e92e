//! Imagining: networks that draw what they have never seen.

pub mod cloud;
pub mod diffusion;
pub mod latent;
pub mod score;
pub mod sharpness;
pub mod unet;
pub mod vae;
