//! Seeing: networks that slide small filters over a picture.

pub mod alexnet;
pub mod efficientnet;
pub mod layer;
pub mod lenet;
pub mod window;
