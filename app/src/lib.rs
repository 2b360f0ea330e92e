//! From Scratch to Scale: the page and the worker.
//!
//! The page never computes. All tensor work of a lesson lives in one worker; the page pulls frames from it and draws.

pub mod curriculum;
pub mod fetch;
pub mod glossary;
pub mod lesson;
pub mod lessons;
pub mod photographs;
pub mod provenance;
pub mod session;
pub mod site;
pub mod techniques;
pub mod widgets;
