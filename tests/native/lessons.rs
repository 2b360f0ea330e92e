//! The registry: what lessons declare about themselves is true.

use std::{collections::HashSet, fs, path::Path};

use app::{curriculum::CURRICULUM, lessons, techniques};

use crate::shipped;

fn read(path: impl AsRef<Path>) -> String {
    let path = shipped::path(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn lessons_stand_in_curriculum_order() {
    let built = lessons::BUILT;
    let in_order: Vec<_> = CURRICULUM.iter().map(|network| network.slug).filter(|slug| built.contains(slug)).collect();
    assert_eq!(built, &in_order[..]);
}

#[test]
fn a_lesson_is_a_folder_named_after_its_slug() {
    for slug in lessons::BUILT {
        let folder = format!("app/src/lessons/{}", slug.replace('-', "_"));
        for file in ["mod.rs", "page.rs", "task.rs"] {
            assert!(read(format!("{folder}/{file}")).starts_with("//! "), "{folder}/{file}");
        }
    }
}

#[test]
fn every_part_is_found_in_its_source() {
    for lesson in lessons::LESSONS {
        assert!(!lesson.parts.is_empty(), "{}", lesson.slug);
        for part in lesson.parts {
            let source = read(format!("models/src/{}", part.file));
            assert!(part.find(&source).is_some(), "{} of {}: {:?} in {}", part.id, lesson.slug, part.lines, part.file);
        }
    }
}

#[test]
fn figures_and_experiments_are_on_the_page_once() {
    for lesson in lessons::LESSONS {
        let folder = Path::new("app/src/lessons").join(lesson.slug.replace('-', "_"));
        let mut page = read(folder.join("page.rs"));
        let parts = shipped::path(folder.join("page"));
        for entry in fs::read_dir(parts).into_iter().flatten().flatten() {
            page.push_str(&read(entry.path()));
        }
        // What two lessons share stands in a module that is no lesson.
        for shared in ["linear", "pictures"] {
            if page.contains(&format!("{shared}::")) {
                let folder = shipped::path(Path::new("app/src/lessons").join(shared));
                for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                    page.push_str(&read(entry.path()));
                }
            }
        }
        let ids: HashSet<_> = lesson.figures.iter().map(|figure| figure.id).collect();
        assert_eq!(ids.len(), lesson.figures.len(), "{}: a figure is declared twice", lesson.slug);
        for figure in lesson.figures {
            assert!(page.contains(&format!("id=\"{}\"", figure.id)), "{}: no figure {}", lesson.slug, figure.id);
            // A diagram such as a tree is no technique's instrument.
            if figure.technique.is_empty() {
                continue;
            }
            let technique = techniques::find(figure.technique);
            let technique = technique.unwrap_or_else(|| panic!("{}: no technique {}", lesson.slug, figure.technique));
            assert!(technique.lessons.contains(&lesson.slug), "{}: no link to {}", technique.id, lesson.slug);
        }
        for experiment in lesson.experiments {
            assert!(page.contains(&format!("id=\"{experiment}\"")), "{}: no experiment {experiment}", lesson.slug);
        }
    }
}

#[test]
fn what_is_asked_for_is_a_figure_of_an_open_lesson() {
    for shown in techniques::ASKED_FOR {
        let lesson = lessons::LESSONS.iter().find(|lesson| lesson.slug == shown.lesson);
        assert!(lesson.is_some_and(|lesson| lesson.figures.iter().any(|note| note.id == shown.figure)), "{shown:?}");
        assert!(!shown.settings.is_empty());
    }
}

#[test]
fn a_technique_is_shown_by_a_figure_of_an_open_lesson() {
    for technique in techniques::TECHNIQUES {
        let Some(shown) = technique.shown else { continue };
        let lesson = lessons::LESSONS.iter().find(|lesson| lesson.slug == shown.lesson);
        let figures = lesson.into_iter().flat_map(|lesson| lesson.figures);
        let note = figures.into_iter().find(|figure| figure.id == shown.figure);
        assert_eq!(note.map(|figure| figure.technique), Some(technique.id), "{}", technique.id);
    }
}
