//! Ways of looking into data and networks.

pub mod adversarial;
pub mod convolutional;
pub mod feature_maps;
pub mod grad_cam;
pub mod occlusion;
pub mod pca;
pub mod saliency;
pub mod sanity;
pub mod shuffle;
