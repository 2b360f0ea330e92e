//! What the reader sees of the ADALINE lesson.

mod build;
mod controls;
mod figures;
mod limit;
mod sets;
mod strength;
mod understand;
mod weakness;

use leptos::prelude::*;

use self::{build::Build, controls::Controls, strength::Strength, understand::Understand, weakness::Weakness};
use crate::{
    lessons::{
        adaline::{Adaline, LESSON, Settings},
        linear::{Inputs, page::beside},
        perceptron::{self, Perceptron},
    },
    session::{Action, Bench, Session},
    site::{
        frame::{LessonFrame, settings_from_address},
        parts::Lit,
    },
};

/// The two machines on the same examples in the same order, under one bench.
#[derive(Clone, Copy)]
pub struct Twins {
    /// ADALINE, the lesson's own.
    adaline: Session<Adaline>,
    /// The perceptron beside it.
    perceptron: Session<Perceptron>,
}

impl Twins {
    fn new(settings: Settings) -> Self {
        let inputs = settings.inputs.clone();
        let adaline = Session::<Adaline>::new(settings);
        let perceptron = Session::<Perceptron>::on_cpu(perceptron::Settings { inputs, passes: 0 });
        adaline.lead(perceptron.bench);
        Effect::new(move || {
            let inputs = adaline.settings.with(|settings| settings.inputs.clone());
            perceptron.change(|settings| settings.inputs = inputs);
        });
        Self { adaline, perceptron }
    }

    /// Starts both anew; the perceptron looks at all examples at most `passes` times.
    fn restart(self, settings: Settings, passes: u32) {
        self.perceptron.restart(perceptron::Settings { inputs: settings.inputs.clone(), passes });
        self.adaline.restart(settings);
    }

    /// Both, for an experiment that waits for both.
    fn benches(self) -> Vec<Bench> {
        vec![self.adaline.bench, self.perceptron.bench]
    }

    /// The inputs of an experiment: the seed is the reader's.
    fn inputs(self) -> Inputs {
        Inputs { seed: self.adaline.settings.with_untracked(|settings| settings.inputs.seed), ..Inputs::default() }
    }
}

/// The lesson's page.
#[component]
pub fn Page() -> impl IntoView {
    let twins = Twins::new(settings_from_address());
    let session = twins.adaline;
    // Slow enough that the line is seen turning; as fast as it goes is a choice.
    session.bench.act(Action::Speed(25.0));
    let lit = Lit(RwSignal::new(None));
    view! {
        <LessonFrame lesson=&LESSON session beside settings=move || view! { <Controls session /> }>
            <Understand twins lit />
            <Build session lit />
            <Strength twins />
            <Weakness twins />
        </LessonFrame>
    }
}
