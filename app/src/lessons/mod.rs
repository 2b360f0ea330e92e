//! The one list of lessons. Adding a lesson is one folder and two lines here.

pub mod mlp;
pub mod perceptron;

use leptos::prelude::*;

use models::data::points::Point;

use crate::{
    lesson::Lesson,
    session::{query::Query, serve::Serve},
};

/// Two tables from one list. They are two because a struct that held both would link burn into `page.wasm`.
macro_rules! registry {
    ($($lesson:ident),* $(,)?) => {
        /// What the page needs of every lesson, in curriculum order.
        pub fn pages() -> Vec<(&'static Lesson, fn() -> AnyView)> {
            vec![$((&$lesson::LESSON, || view! { <$lesson::page::Page /> }.into_any())),*]
        }

        /// What the worker needs of every lesson.
        pub fn tasks() -> Vec<(&'static str, Serve)> {
            vec![$(($lesson::LESSON.slug, crate::session::serve::serve::<$lesson::task::Task>)),*]
        }
    };
}

registry![perceptron, mlp];

/// The slugs of the lessons that are built.
pub fn built() -> Vec<&'static str> {
    pages().iter().map(|(lesson, _)| lesson.slug).collect()
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
