//! The one list of lessons. Adding a lesson is one folder and two lines here.

pub mod adaline;
pub mod alexnet;
pub mod ddpm;
pub mod hopfield;
pub mod lenet;
pub mod linear;
pub mod mlp;
pub mod perceptron;
pub mod pictures;
pub mod transformer;
pub mod vae;

use models::data::points::Point;

use crate::{
    lesson::Lesson,
    session::{
        protocol::{Protocol, Settings},
        query::{Asked, Query},
        serve::Task,
    },
};

/// The built lessons in curriculum order, handed to the macro `$then`.
#[macro_export]
macro_rules! each_lesson {
    ($then:ident) => {
        $then![perceptron, adaline, mlp, hopfield, lenet, alexnet, transformer, vae, ddpm];
    };
}

/// The work of each lesson as a file of its own, for the programs of the workers: `work` asks for it by the slug. What is
/// split off must not be named by the library, because the page is linked with it too.
#[macro_export]
macro_rules! work {
    ($($lesson:ident),*) => {
        $(
            #[::leptos::wasm_split::wasm_split($lesson, wasm_split_path = ::leptos::wasm_split, fallible)]
            fn $lesson() -> Result<$crate::session::serve::Serve, ::leptos::wasm_split::SplitLoaderError> {
                Ok($crate::session::serve::serve::<$crate::lessons::$lesson::task::Task>)
            }
        )*

        fn work(slug: &str) -> Option<$crate::session::host::Fetch> {
            $(if slug == $crate::lessons::$lesson::LESSON.slug {
                return Some(Box::pin($lesson()));
            })*
            None
        }
    };
}

/// What is known of every lesson, from one list. The pages themselves are named by `bin/page.rs`, which makes a file of
/// each, and the work by [`work!`].
macro_rules! registry {
    ($($lesson:ident),* $(,)?) => {
        /// What every lesson says of itself.
        pub const LESSONS: &[&Lesson] = &[$(&$lesson::LESSON),*];

        /// The slugs alone: all that the page has to know before a lesson has come.
        pub const BUILT: &[&str] = &[$($lesson::LESSON.slug),*];

        /// What the settings of every lesson ask an address for, with its first data set. The tasks are only named as
        /// types: nothing of them is linked.
        pub fn asked() -> Vec<Vec<Asked>> {
            vec![$(asked_by::<<$lesson::task::Task as Task>::Protocol>()),*]
        }
    };
}

each_lesson!(registry);

fn asked_by<P: Protocol>() -> Vec<Asked> {
    let mut query = Query::default();
    P::Settings::read(&mut query);
    query.asked()
}

/// Whether a lesson of this slug is built.
pub fn is_built(slug: &str) -> bool {
    BUILT.contains(&slug)
}

/// Least, mean and greatest of some values, if there are any.
pub fn spread(values: &[f32]) -> Option<[f32; 3]> {
    let mean = values.iter().sum::<f32>() / values.len() as f32;
    let extreme = |pick: fn(f32, f32) -> f32| values.iter().copied().reduce(pick);
    Some([extreme(f32::min)?, mean, extreme(f32::max)?])
}

/// The reader's own points as text for an address: coordinates in hundredths, class as a letter.
pub fn points_to_text(points: &[Point]) -> String {
    points
        .iter()
        .map(|point| {
            let class = if point.class == 0 { 'a' } else { 'b' };
            format!("{class}{}_{}", (point.x * 100.0).round() as i32, (point.y * 100.0).round() as i32)
        })
        .collect()
}

/// Reads points back; what is not a point is left out, and the reader is told.
pub fn points_from_text(text: &str, most: usize, query: &mut Query) -> Vec<Point> {
    let mut points = Vec::new();
    let mut bad = 0;
    let starts: Vec<usize> = text.char_indices().filter(|(_, c)| matches!(c, 'a' | 'b')).map(|(at, _)| at).collect();
    for (number, &start) in starts.iter().enumerate() {
        let end = starts.get(number + 1).copied().unwrap_or(text.len());
        let pair = text[start + 1..end].split_once('_').and_then(|(x, y)| Some((x.parse().ok()?, y.parse().ok()?)));
        match pair {
            Some((x, y)) if points.len() < most => points.push(Point {
                x: (i32::clamp(x, -200, 200) as f32) / 100.0,
                y: (i32::clamp(y, -200, 200) as f32) / 100.0,
                class: u8::from(text.as_bytes()[start] == b'b'),
            }),
            _ => bad += 1,
        }
    }
    if bad > 0 {
        query.problems.push(format!("{bad} of the points in this link could not be read and were left out."));
    }
    points
}
