//! Seeing: networks that slide small filters over a picture.

pub mod efficientnet;
pub mod lenet;
pub mod window;
