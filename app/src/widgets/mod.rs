//! The instruments: plain numbers in, callbacks out. They know neither lessons nor models.
//!
//! A [`Picture`] draws itself on any [`Surface`]: a canvas in the page, SVG for export and in native tests. A [`Figure`]
//! frames a picture with title, caption, save menu and data table; a [`Sketch`] is the bare drawing.

mod any_picture;
mod attention;
mod attention_lines;
mod axis;
mod bars;
mod beam_tree;
mod browser;
#[cfg(target_arch = "wasm32")]
mod canvas;
mod chart;
mod clock;
mod confusion_matrix;
mod controls;
mod denoising;
mod embed;
mod figure;
mod format;
mod gradient_flow;
mod heads;
mod heatmap;
mod histogram;
mod image_grid;
mod landscape;
mod latent_map;
mod layer_maps;
mod network;
mod network_layout;
mod overlay;
pub mod palette;
mod pen;
mod photo;
mod photo_grid;
mod picture;
mod plate;
mod positions;
mod query;
mod query_trace;
mod replay;
mod ring;
mod save;
mod scatter;
mod sketch;
#[cfg(test)]
mod tests;
mod vector_field;
mod walk;
mod word_map;

pub use attention::{Attention, Spot};
pub use axis::Axis;
pub use bars::Bars;
pub use beam_tree::{BeamNode, BeamTree};
pub use browser::{
    Sized, before_drawing, copy, focus, save_bytes, saves_data, tick_every, wants_stillness, when_seen, when_sized,
};
pub use chart::{Chart, Marker, Series};
pub use clock::{Clock, ClockBar};
pub use confusion_matrix::ConfusionMatrix;
pub use controls::*;
pub use denoising::{Denoising, Way, WayKey};
pub use embed::Embedding;
pub use figure::{Figure, FigureState};
pub use format::{grouped, number, plain, sentence};
pub use gradient_flow::GradientFlow;
pub use heads::{HeadGroup, HeadTile, Heads};
pub use heatmap::{Heatmap, Scale};
pub use histogram::{Histogram, HistogramRow};
pub use image_grid::{ImageGrid, Tile};
pub use landscape::{Landscape, Peak};
pub use latent_map::{LatentMap, MapDot};
pub use layer_maps::{LayerMaps, MapLayer};
pub use network::Network;
pub use network_layout::{Edges, NetworkLayer, NetworkMaps};
pub use overlay::{Ground, Overlay, Panel};
pub use palette::{Ink, Rgb, Theme, cividis, grey, provide_own_look, provide_theme, signed, use_theme};
pub use pen::{Align, Lettering, Pen, fitted, text_width};
pub use photo::{LONGEST, Photo, PhotoInput, PhotoSource, Problem, SamplePhoto, fetch_photo};
pub use photo_grid::{PhotoGrid, PhotoTile};
pub use picture::{Area, Bitmap, Drawn, Picture, Surface, Table, to_svg};
pub use plate::{Plate, PlateRow, Plates, Tint};
pub use positions::Positions;
pub use query::QueryWalk;
pub use query_trace::Trace;
pub use replay::Replay;
pub use ring::Ring;
pub use scatter::{Dot, Field, Scatter, Segment};
pub use sketch::{PointEvent, Pointer, Sketch, Stroke};
pub use vector_field::{Arrows, VectorField};
pub use walk::Walk;
pub use word_map::{PlacedWord, WordMap};
