//! Ways of looking into data and networks.

pub mod convolutional;
pub mod pca;
