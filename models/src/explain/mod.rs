//! Ways of looking into data and networks.

pub mod pca;
